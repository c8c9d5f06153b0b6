namespace Adit.Core.Hops;

/// <summary>What is known about one scheme of hop URIs.</summary>
public sealed record HopScheme
{
    // What is expected of a server's certificate, and what is shown to it.
    private static readonly string[] TlsKeys = ["sni", "pin", "ca", "insecure", "cert", "key"];

    private static readonly string[] MqttKeys = ["key", "auth", "server", "ws", "rate", "version"];

    // What both ways to send messages take.
    private static readonly string[] SmsKeys = ["to", "key", "form", "port", "rate", "budget", "timescale"];

    private static readonly Dictionary<string, HopScheme> Table = new HopScheme[]
    {
        new() { Name = "ssh", Kind = HopKind.Proxy, DefaultPort = 22, IsAvailable = true, QueryKeys = ["identity", "auth"] },
        new() { Name = "socks5", Kind = HopKind.Proxy, DefaultPort = 1080, IsAvailable = true, QueryKeys = ["auth", "timeout"] },
        new() { Name = "socks5h", Kind = HopKind.Proxy, DefaultPort = 1080, IsAvailable = true, QueryKeys = ["auth", "timeout"] },
        new() { Name = "socks4", Kind = HopKind.Proxy, DefaultPort = 1080, IsAvailable = true, QueryKeys = ["auth", "timeout"] },
        new() { Name = "socks4a", Kind = HopKind.Proxy, DefaultPort = 1080, IsAvailable = true, QueryKeys = ["auth", "timeout"] },
        new() { Name = "connect", Kind = HopKind.Proxy, DefaultPort = 3128, IsAvailable = true, QueryKeys = ["auth", "timeout"] },
        new() { Name = "connect+tls", Kind = HopKind.Proxy, DefaultPort = 3128, IsAvailable = true, QueryKeys = ["auth", "timeout", .. TlsKeys] },
        new() { Name = "connect+upgrade", Kind = HopKind.Proxy, DefaultPort = 80, IsAvailable = true, QueryKeys = ["auth", "timeout", .. TlsKeys] },
        new() { Name = "tls", Kind = HopKind.Proxy, IsAvailable = true, QueryKeys = ["timeout", .. TlsKeys] },
        new() { Name = "tcp", Kind = HopKind.Carrier, DefaultPort = 22, IsAvailable = true, QueryKeys = ["resume", "key"] },
        new() { Name = "ws", Kind = HopKind.Carrier, HasPath = true, DefaultPort = 80, IsAvailable = true, QueryKeys = ["rung", "proxy", "resume", "rate", "key"] },
        new() { Name = "wss", Kind = HopKind.Carrier, HasPath = true, DefaultPort = 443, IsAvailable = true, QueryKeys = ["rung", "proxy", "resume", "rate", .. TlsKeys] },
        new() { Name = "http", Kind = HopKind.Carrier, HasPath = true, DefaultPort = 80, IsAvailable = true, QueryKeys = ["rung", "proxy", "resume", "rate", "key"] },
        new() { Name = "https", Kind = HopKind.Carrier, HasPath = true, DefaultPort = 443, IsAvailable = true, QueryKeys = ["rung", "proxy", "resume", "rate", .. TlsKeys] },
        new() { Name = "auto", Kind = HopKind.Carrier, DefaultPort = 0, IsAvailable = true },
        new() { Name = "dns", Kind = HopKind.Carrier, DefaultPort = 53, IsAvailable = true, QueryKeys = ["key", "resolver", "domain", "rate", "jumbo", "pin", "ca", "sni", "insecure"] },
        new() { Name = "mqtt", Kind = HopKind.Carrier, HasPath = true, DefaultPort = 1883, IsAvailable = true, QueryKeys = MqttKeys },
        new() { Name = "mqtts", Kind = HopKind.Carrier, HasPath = true, DefaultPort = 8883, IsAvailable = true, QueryKeys = [.. MqttKeys, .. TlsKeys.Except(MqttKeys)] },
        new() { Name = "sms+smpp", Kind = HopKind.Carrier, DefaultPort = 2775, IsAvailable = true, QueryKeys = [.. SmsKeys, "from", "auth", "systemtype", "window", "tls", "sni", "pin", "ca", "insecure"] },
        new() { Name = "sms+smpps", Kind = HopKind.Carrier, DefaultPort = 3550, IsAvailable = true, QueryKeys = [.. SmsKeys, "from", "auth", "systemtype", "window", "sni", "pin", "ca", "insecure"] },
        new() { Name = "sms+modem", Kind = HopKind.Carrier, HasPath = true, IsDevice = true, DefaultPort = 0, IsAvailable = true, QueryKeys = [.. SmsKeys, "baud"] },
    }.ToDictionary(scheme => scheme.Name, StringComparer.OrdinalIgnoreCase);

    private HopScheme()
    {
    }

    /// <summary>The name before <c>://</c>, in lower case.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it dials on or ends at a gateway.</summary>
    public required HopKind Kind { get; init; }

    /// <summary>The port where the URI names none; null where it must name one or has none.</summary>
    public int? DefaultPort { get; init; }

    /// <summary>False while the scheme is known by name only.</summary>
    public bool IsAvailable { get; init; }

    /// <summary>Whether a path may follow the host.</summary>
    public bool HasPath { get; init; }

    /// <summary>Whether it leads to a device of this machine, named by its path: there is no host.</summary>
    public bool IsDevice { get; init; }

    /// <summary>The names that may stand in the query.</summary>
    public IReadOnlyList<string> QueryKeys { get; init; } = [];

    /// <summary>Every scheme, in the order of the documentation.</summary>
    public static IReadOnlyCollection<HopScheme> All => Table.Values;

    /// <summary>Looks a scheme up by its name, without regard to case; null if there is none.</summary>
    public static HopScheme? Find(string name) => Table.GetValueOrDefault(name);
}
