using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Adit.Carriers.Dns;
using Adit.Core;
using Adit.Core.Lifeline;
using Adit.Core.Mailboxes;
using Adit.Wire.Dns;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Listeners;

/// <summary>From <c>dns://ADDRESS:PORT?domain=DOMAIN[,DOMAIN…]&amp;ns=NAME[=ADDRESS+…],…&amp;minimised=nxdomain|nodata&amp;rate=N&amp;probes=N</c> to the authority that listens there.</summary>
internal static class DnsListening
{
    /// <summary>Names of the query, beside <c>key</c>.</summary>
    public static readonly string[] QueryKeys = ["domain", "ns", "minimised", "rate", "probes", "ttl"];

    /// <summary>Makes the listener; nothing is bound yet.</summary>
    /// <param name="where">For messages: the URI, without secrets.</param>
    /// <param name="host">An address, <c>*</c> for all, <c>localhost</c> for loopback.</param>
    /// <param name="port">The port; 0 for the system's choice.</param>
    /// <param name="query">The query's values.</param>
    /// <param name="acceptor">Takes the lifelines.</param>
    /// <param name="logger">Told of what fails later; null for nobody.</param>
    /// <exception cref="TunnelException">The query holds something wrong.</exception>
    public static IMailboxListener Create(string where, string host, int port, IReadOnlyDictionary<string, string> query, LifelineAcceptor acceptor, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(query);
        IPAddress[] addresses = host switch
        {
            "*" => Socket.OSSupportsIPv6 ? [IPAddress.Any, IPAddress.IPv6Any] : [IPAddress.Any],
            "localhost" => Socket.OSSupportsIPv6 ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Loopback],
            _ => IPAddress.TryParse(host, out IPAddress? parsed) ? [parsed] : throw Wrong(where, "address", "an address, localhost or *", host),
        };
        var options = new DnsListenerOptions
        {
            Places = [.. addresses.Select(a => new IPEndPoint(a, port))],
            Authority = new DnsAuthorityOptions { Zones = ZonesOf(where, query, addresses) },
        };
        if (NumberOf(where, query, "rate") is { } rate) options = options with { MaximumRate = rate };
        if (NumberOf(where, query, "probes") is { } probes) options = options with { MaximumProbeRate = probes };
        return new DnsListener(options, acceptor, logger);
    }

    private static List<DnsZone> ZonesOf(string where, IReadOnlyDictionary<string, string> query, IPAddress[] addresses)
    {
        if (!query.TryGetValue("domain", out string? domains)) throw Wrong(where, "domain", "the domain that is delegated to this server", "none");
        DnsMinimisedAnswer minimised = query.GetValueOrDefault("minimised", "nxdomain") switch
        {
            "nxdomain" => DnsMinimisedAnswer.NameError,
            "nodata" => DnsMinimisedAnswer.NoData,
            var other => throw Wrong(where, "minimised", "nxdomain or nodata", other),
        };
        var zones = new List<DnsZone>();
        foreach (string text in domains.Split(','))
        {
            if (!DnsDomainName.TryParse(text, out DnsDomainName domain)) throw Wrong(where, "domain", "a domain", text);
            if (domain.EncodedLength > DnsZone.MaximumDomainLength) throw Wrong(where, "domain", $"a domain of at most {DnsZone.MaximumDomainLength} octets", text);
            var zone = new DnsZone(domain, ServersOf(where, query, text, addresses)) { MinimisedAnswer = minimised };
            if (NumberOf(where, query, "ttl") is { } ttl) zone = zone with { TimeToLive = (uint)ttl };
            zones.Add(zone);
        }

        return zones;
    }

    /// <summary>What <c>ns</c> names; else <c>ns.DOMAIN</c> at the addresses that it listens on, which a wildcard does not tell.</summary>
    private static List<DnsNameServer> ServersOf(string where, IReadOnlyDictionary<string, string> query, string domain, IPAddress[] addresses)
    {
        if (!query.TryGetValue("ns", out string? text))
        {
            if (addresses.Any(a => a.Equals(IPAddress.Any) || a.Equals(IPAddress.IPv6Any))) throw Wrong(where, "ns", "NAME=ADDRESS, since it listens on every address", "none");
            return [new DnsNameServer(DnsDomainName.Parse($"ns.{domain}"), addresses)];
        }

        var servers = new List<DnsNameServer>();
        foreach (string part in text.Split(','))
        {
            string[] pair = part.Split('=', 2);
            if (!DnsDomainName.TryParse(pair[0], out DnsDomainName name)) throw Wrong(where, "ns", "NAME or NAME=ADDRESS+ADDRESS", part);
            var of = new List<IPAddress>();
            foreach (string address in pair.Length == 2 ? pair[1].Split('+') : [])
                of.Add(IPAddress.TryParse(address, out IPAddress? parsed) ? parsed : throw Wrong(where, "ns", "NAME or NAME=ADDRESS+ADDRESS", part));
            servers.Add(new DnsNameServer(name, of));
        }

        return servers;
    }

    private static int? NumberOf(string where, IReadOnlyDictionary<string, string> query, string key)
    {
        if (!query.TryGetValue(key, out string? text)) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number <= 1_000_000 ? number : throw Wrong(where, key, "0 to 1000000", text);
    }

    private static TunnelException Wrong(string where, string key, string expected, string got) =>
        new(TunnelError.BadConfiguration, $"{where}: {key}: expected {expected}, got {(got.Length <= 64 ? got : got[..64] + "…")}");
}
