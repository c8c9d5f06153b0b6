using System.Globalization;
using System.Net;
using Adit.Carriers.Dns;
using Adit.Core;
using Adit.Core.Hops;
using Adit.Core.Mailboxes;
using Adit.Core.Streams;
using Adit.Wire.Dns;

namespace Adit.Gateway.Hops;

/// <summary>From <c>dns://DOMAIN[,DOMAIN…]?resolver=ADDRESS[:PORT],tls://HOST[:PORT],https://HOST[:PORT][/PATH],…&amp;rate=N&amp;jumbo=no</c>, and pin, ca, sni and insecure for resolvers with TLS, to its carrier.</summary>
internal static class DnsHop
{
    /// <summary>The resolver's configuration (resolv.conf(5)).</summary>
    private const string SystemResolvers = "/etc/resolv.conf";

    /// <summary>Makes the carrier.</summary>
    /// <param name="hop">The hop.</param>
    /// <param name="previous">Dials it; must be this machine, since queries are datagrams.</param>
    /// <param name="cacheFolder">Where probes are remembered; null: nowhere.</param>
    /// <exception cref="TunnelException">The query holds something wrong, or no resolver is known.</exception>
    public static IMailboxDialer Create(HopUri hop, IStreamDialer previous, string? cacheFolder)
    {
        ArgumentNullException.ThrowIfNull(hop);
        if (previous is not SocketDialer) throw new TunnelException(TunnelError.NotSupported, $"{hop}: expected to be the first hop, since queries leave this machine as datagrams; got a hop before it", hop.ToString());
        return new DnsMailboxDialer(OptionsOf(hop, cacheFolder, SystemResolvers));
    }

    /// <summary>What a hop says.</summary>
    /// <param name="hop">The hop.</param>
    /// <param name="cacheFolder">Where probes are remembered; null: nowhere.</param>
    /// <param name="resolversFile">A file as resolv.conf(5), for hops that name no resolver.</param>
    /// <exception cref="TunnelException">Something is wrong.</exception>
    public static DnsDialerOptions OptionsOf(HopUri hop, string? cacheFolder, string resolversFile = SystemResolvers)
    {
        var domains = new List<DnsDomainName>();
        foreach (string text in hop.Host.Split(',').Concat(hop.Query.TryGetValue("domain", out string? more) ? more.Split(',') : []))
        {
            if (!DnsDomainName.TryParse(text, out DnsDomainName domain) || domain.EncodedLength > DnsZone.MaximumDomainLength) throw Wrong(hop, "domain", "a domain of at most 128 octets", text);
            domains.Add(domain);
        }

        var resolvers = new List<DnsResolver>();
        if (hop.Query.TryGetValue("resolver", out string? named))
        {
            foreach (string text in named.Split(',')) resolvers.Add(DnsResolverText.Read(hop, text));
        }
        else
        {
            resolvers.AddRange(ReadResolvers(resolversFile).Select(a => (DnsResolver)new IPEndPoint(a, hop.Port)));
            if (resolvers.Count == 0) throw Wrong(hop, "resolver", $"one here or in {resolversFile}", "none");
        }

        // A pin that nobody looks at would be a false comfort.
        if (resolvers.TrueForAll(r => r.Tls is null) && Array.Find(DnsResolverText.TlsKeys, hop.Query.ContainsKey) is { } idle) throw Wrong(hop, idle, "a resolver with tls:// or https:// to go with it", "none");
        return new DnsDialerOptions
        {
            Domains = domains,
            Resolvers = resolvers,
            CacheFolder = cacheFolder,
            MaximumRate = NumberOf(hop, "rate", 0, 100_000) ?? DnsDialerOptions.DefaultRate,
            UsesJumbo = !hop.Query.TryGetValue("jumbo", out string? jumbo) || jumbo switch { "yes" => true, "no" => false, _ => throw Wrong(hop, "jumbo", "yes or no", jumbo) },
        };
    }

    /// <summary>The <c>nameserver</c> lines of resolv.conf(5), three at most as the system's resolver.</summary>
    internal static IEnumerable<IPAddress> ReadResolvers(string file)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }

        var found = new List<IPAddress>();
        foreach (string line in lines)
        {
            string[] words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words is ["nameserver", string address, ..] && IPAddress.TryParse(address, out IPAddress? parsed) && found.Count < 3) found.Add(parsed);
        }

        return found;
    }

    private static int? NumberOf(HopUri hop, string key, int least, int most)
    {
        if (!hop.Query.TryGetValue(key, out string? text)) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most ? number : throw Wrong(hop, key, $"{least} to {most}", text);
    }

    internal static TunnelException Wrong(HopUri hop, string key, string expected, string got) =>
        new(TunnelError.BadConfiguration, $"{hop}: {key}: expected {expected}, got {(got.Length <= 64 ? got : got[..64] + "…")}", hop.ToString());
}
