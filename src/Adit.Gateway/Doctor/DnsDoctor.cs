using System.Diagnostics;
using System.Net.Sockets;
using Adit.Carriers.Dns;
using Adit.Core;
using Adit.Core.Hops;
using Adit.Gateway.Hops;
using Adit.Wire.Dns;
using Adit.Wire.Dns.Payload;

namespace Adit.Gateway.Doctor;

/// <summary>Finds out what passes through resolvers to a tunnel's domain, without a key: each probe by itself and all of them, then how long an answer may be held, then a burst for the speed.</summary>
public static class DnsDoctor
{
    private const int Burst = 96; // ours: small enough for anyone's limits, long enough to see a rate

    private static readonly TimeSpan[] Holds = [TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(1000)];

    /// <summary>Looks at every route of a hop.</summary>
    /// <param name="hop">A <c>dns://</c> hop; its key is not needed.</param>
    /// <param name="patience">For how long each part may take.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">The hop says something wrong.</exception>
    public static async Task<IReadOnlyList<DnsFinding>> RunAsync(HopUri hop, TimeSpan patience, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(hop);
        DnsDialerOptions options = DnsHop.OptionsOf(hop, null);
        var findings = new List<DnsFinding>();
        foreach (DnsResolver resolver in options.Resolvers)
        {
            foreach (DnsDomainName domain in options.Domains) findings.Add(await LookAsync(resolver, domain, patience, cancellationToken).ConfigureAwait(false));
        }

        return findings;
    }

    private static async Task<DnsFinding> LookAsync(DnsResolver resolver, DnsDomainName domain, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            await using var prober = new DnsProber(resolver, domain);
            IReadOnlyList<DnsProbeOutcome> outcomes = await prober.AskAsync(DnsProber.Choosing(withJumbo: true), patience, null, cancellationToken).ConfigureAwait(false);
            DnsShape? shape = DnsProber.Choose(outcomes);
            if (shape is null) return new DnsFinding(resolver, domain, outcomes, null) { Advice = prober.Problem is { } problem ? $"no connection: {problem.Message}" : AdviceOf(outcomes, domain) };
            IReadOnlyList<DnsProbeOutcome> holds = await prober.AskAsync(
                [.. Holds.Select(h => new DnsProbeKind($"answers held for {h.TotalMilliseconds:0} ms", DnsNameEncoding.Base32, 100, shape.Type, 64, shape.AnswerSize, shape.HasEdns, (long)h.TotalMicroseconds))],
                patience,
                null,
                cancellationToken).ConfigureAwait(false);
            var burst = new DnsProbeKind("burst", shape.Encoding, shape.NameLength, shape.Type, shape.HasEdns ? 900 : 200, shape.AnswerSize, shape.HasEdns);
            long began = Stopwatch.GetTimestamp();
            IReadOnlyList<DnsProbeOutcome> sent = await prober.AskAsync([.. Enumerable.Repeat(burst, Burst)], patience, null, cancellationToken).ConfigureAwait(false);
            double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            DnsProbeOutcome[] arrived = [.. sent.Where(o => o.IsWell)];
            TimeSpan[] times = [.. outcomes.Where(o => o.IsWell && !o.Kind.IsStream).Select(o => o.Elapsed).Order()];
            return new DnsFinding(resolver, domain, [.. outcomes, .. holds], shape)
            {
                Hold = holds.Where(h => h.IsWell && h.Elapsed.TotalMicroseconds >= h.Kind.Hold).Select(h => (TimeSpan?)TimeSpan.FromMicroseconds(h.Kind.Hold)).Max(),
                RoundTrip = times.Length > 0 ? times[times.Length / 2] : null,
                Download = arrived.Length > 0 ? arrived.Sum(o => (double)o.Length) / seconds : null,
                Upload = arrived.Length > 0 ? arrived.Length * (double)shape.Upstream(domain) / seconds : null,
                Advice = AdviceOf(shape, resolver),
            };
        }
        catch (SocketException e)
        {
            return new DnsFinding(resolver, domain, [], null) { Advice = $"{resolver} cannot be reached from here: {e.Message}" };
        }
    }

    private static string AdviceOf(DnsShape shape, DnsResolver resolver) =>
        shape.Jumbo > 0 && resolver.Tls is not null ? "the path carries all: the resolver fetches large answers by TCP"
        : shape.Jumbo > 0 ? "the path carries all: large answers are fetched by TCP, the rest goes by UDP"
        : shape.HasEdns ? "large answers do not come by TCP: the path carries what UDP does (if TCP port 53 is closed between here and the resolver, or it and the server, opening it pays)"
        : "answers of more than 512 octets do not come: something on the path drops EDNS or fragments; expect a third of the usual speed, or ask for another resolver";

    private static string AdviceOf(IReadOnlyList<DnsProbeOutcome> outcomes, DnsDomainName domain)
    {
        DnsResponseCode[] codes = [.. outcomes.Where(o => o.Code is not null).Select(o => o.Code!.Value).Distinct()];
        string name = domain.ToString().TrimEnd('.');
        return codes switch
        {
            [] => "nothing answers there: is it a resolver, and may this machine ask it?",
            _ when codes.Contains(DnsResponseCode.Refused) => $"the resolver refuses: it serves others, or does not recurse for {name}",
            _ when codes.Contains(DnsResponseCode.ServerFailure) => $"the resolver does not reach the server of {name}: see its delegation with 'dig +trace NS {name}', and whether the server listens on port 53",
            _ when codes.Contains(DnsResponseCode.NameError) => $"{name} is delegated to no Adit, or its server answers no probes: see 'dig NS {name}' and 'dig SOA {name}'",
            _ => $"answers come, but changed: something between rewrites them ({string.Join(", ", codes)})",
        };
    }
}
