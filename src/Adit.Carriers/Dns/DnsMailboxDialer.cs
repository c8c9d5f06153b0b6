using System.Net.Sockets;
using Adit.Core;
using Adit.Core.Mailboxes;
using Adit.Wire.Dns;

namespace Adit.Carriers.Dns;

/// <summary>Opens mailboxes to the authority of a tunnel's domains, through resolvers: probes what passes, or remembers it.</summary>
/// <param name="options">Through whom and for what.</param>
public sealed class DnsMailboxDialer(DnsDialerOptions options) : IMailboxDialer
{
    private const long Patience = 5_000_000; // ours: for the first answer in a shape that is only remembered

    private readonly DnsDialerOptions _options = Checked(options);
    private TunnelException? _problem;
    private readonly DnsShapeCache _cache = new(options.CacheFolder, TimeProvider.System);

    /// <inheritdoc/>
    public string Name { get; } = $"dns://{string.Join(',', options.Domains.Select(d => d.ToString().TrimEnd('.')))}";

    /// <inheritdoc/>
    public async ValueTask<IMailbox> OpenAsync(CancellationToken cancellationToken = default)
    {
        (DnsResolver Resolver, DnsDomainName Domain)[] pairs = [.. _options.Resolvers.SelectMany(r => _options.Domains.Select(d => (r, d)))];
        (DnsResolver Resolver, DnsDomainName Domain, DnsShape? Shape)[] known = [.. pairs.Concat(pairs.Select(p => (p.Resolver, DnsZone.NoDataNameOf(p.Domain)))).Select(p => (p.Item1, p.Item2, _cache.Read(p.Item1, p.Item2)))];
        bool isRemembered = known.Any(k => k.Shape is not null);
        if (!isRemembered)
        {
            known = await ProbeAsync(pairs, cancellationToken).ConfigureAwait(false);
            // A resolver that believes NXDOMAIN for all below may pass what is asked under a name that hears NODATA.
            if (known.All(k => k.Shape is null)) known = await ProbeAsync([.. pairs.Where(p => p.Domain.EncodedLength <= DnsZone.MaximumDomainLength - 2).Select(p => (p.Resolver, DnsZone.NoDataNameOf(p.Domain)))], cancellationToken).ConfigureAwait(false);
            Remember(known);
        }
        else
        {
            // Resolvers that are new, or did not answer last time: with one alone the session would hang on it.
            (DnsResolver Resolver, DnsDomainName Domain)[] missing = [.. pairs.Where(p => !known.Any(k => k.Shape is not null && k.Resolver == p.Resolver && (k.Domain == p.Domain || k.Domain == DnsZone.NoDataNameOf(p.Domain))))];
            if (missing.Length > 0)
            {
                (DnsResolver Resolver, DnsDomainName Domain, DnsShape? Shape)[] found = await ProbeAsync(missing, cancellationToken).ConfigureAwait(false);
                Remember(found);
                known = [.. known, .. found];
            }
        }

        (DnsResolver Resolver, DnsDomainName Domain, DnsShape? Shape)[] usable = [.. known.Where(k => k.Shape is not null && k.Shape.Upstream(k.Domain) >= DnsCarrier.LeastUpstream)];
        if (usable.Length == 0)
        {
            if (_problem is { } problem) throw new TunnelException(problem.Error, $"{Name}: {problem.Message}", inner: problem);
            throw new TunnelException(
                TunnelError.Unreachable,
                $"{Name}: expected an answer of the domain's server through {string.Join(", ", _options.Resolvers)}, got none: try 'adit doctor {Name}'");
        }

        try
        {
            return new DnsMailbox(Name, sink => Open(usable, sink), isRemembered ? Patience : 0, Distrust, ReprobeAsync, adopted: Replace);
        }
        catch (SocketException e)
        {
            throw new TunnelException(TunnelError.Unreachable, $"{Name}: {string.Join(", ", _options.Resolvers)}: expected a resolver, got: {e.Message}", inner: e);
        }
    }

    private void Remember((DnsResolver Resolver, DnsDomainName Domain, DnsShape? Shape)[] found)
    {
        foreach ((DnsResolver resolver, DnsDomainName domain, DnsShape? shape) in found)
        {
            if (shape is not null) _cache.Write(resolver, domain, shape);
        }
    }

    private static DnsDialerOptions Checked(DnsDialerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return options;
    }

    private List<DnsRoute> Open((DnsResolver Resolver, DnsDomainName Domain, DnsShape? Shape)[] usable, IDnsAnswerSink sink)
    {
        var routes = new List<DnsRoute>();
        SocketException? failure = null;
        foreach (IGrouping<DnsResolver, (DnsResolver Resolver, DnsDomainName Domain, DnsShape? Shape)> group in usable.GroupBy(u => u.Resolver))
        {
            try
            {
                DnsLink link = DnsLink.Open(group.Key, sink);
                double rate = _options.MaximumRate / group.Count();
                routes.AddRange(group.Select(g => new DnsRoute(link, g.Domain, _options.UsesJumbo ? g.Shape! : g.Shape! with { Jumbo = 0 }, rate, _options.MaximumWindow, _options.UsesJumbo)));
            }
            catch (SocketException e)
            {
                failure = e; // the others may do
            }
        }

        return routes.Count > 0 ? routes : throw failure!;
    }

    private async Task<(DnsResolver Resolver, DnsDomainName Domain, DnsShape? Shape)[]> ProbeAsync((DnsResolver Resolver, DnsDomainName Domain)[] pairs, CancellationToken cancellationToken)
    {
        DnsShape?[] found = await Task.WhenAll(pairs.Select(p => ProbeAsync(p.Resolver, p.Domain, cancellationToken))).ConfigureAwait(false);
        return [.. pairs.Zip(found, (p, s) => (p.Resolver, p.Domain, s))];
    }

    private async Task<DnsShape?> ProbeAsync(DnsResolver resolver, DnsDomainName domain, CancellationToken cancellationToken)
    {
        try
        {
            await using var prober = new DnsProber(resolver, domain);
            DnsShape? shape = await prober.FindAsync(_options.ProbeTime, _options.UsesJumbo, cancellationToken).ConfigureAwait(false);
            _problem = shape is null ? prober.Problem ?? _problem : null;
            return shape;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>Of a route that is in use and fails: below its own domain, and below the other one.</summary>
    private async Task<(DnsDomainName Domain, DnsShape Shape)?> ReprobeAsync(DnsRoute route, CancellationToken cancellationToken)
    {
        foreach (DnsDomainName domain in (DnsDomainName[])[route.Domain, _options.Domains.Contains(route.Domain) ? DnsZone.NoDataNameOf(route.Domain) : _options.Domains.First(d => DnsZone.NoDataNameOf(d) == route.Domain)])
        {
            if (domain.EncodedLength > DnsZone.MaximumDomainLength) continue;
            if (await ProbeAsync(route.Link.Resolver, domain, cancellationToken).ConfigureAwait(false) is not { } shape || shape.Upstream(domain) < DnsCarrier.LeastUpstream) continue;
            return (domain, _options.UsesJumbo ? shape : shape with { Jumbo = 0 });
        }

        return null;
    }

    private void Replace(DnsResolver resolver, DnsDomainName former, DnsDomainName domain, DnsShape shape)
    {
        _cache.Remove(resolver, former);
        _cache.Write(resolver, domain, shape);
    }

    private void Distrust()
    {
        foreach (DnsResolver resolver in _options.Resolvers)
        {
            foreach (DnsDomainName domain in _options.Domains)
            {
                _cache.Remove(resolver, domain);
                _cache.Remove(resolver, DnsZone.NoDataNameOf(domain));
            }
        }
    }
}
