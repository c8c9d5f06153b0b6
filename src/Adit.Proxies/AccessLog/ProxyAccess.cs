using System.Net;

namespace Adit.Proxies.AccessLog;

/// <summary>One request of a client and what became of it; filled while it is served, then given to the log once.</summary>
public sealed class ProxyAccess
{
    /// <summary>When it began.</summary>
    public DateTimeOffset Began { get; init; }

    /// <summary>The listener, as <c>ADDRESS:PORT</c>.</summary>
    public string Listener { get; init; } = "";

    /// <summary>The client; null where it is not known.</summary>
    public IPEndPoint? Client { get; init; }

    /// <summary>The authenticated user; null for nobody.</summary>
    public string? User { get; set; }

    /// <summary><c>socks4</c>, <c>socks5</c>, <c>connect</c>, <c>http</c>, <c>transparent</c>.</summary>
    public string Protocol { get; init; } = "";

    /// <summary>The command or method: <c>CONNECT</c>, <c>BIND</c>, <c>UDP</c>, <c>GET</c>.</summary>
    public string Command { get; init; } = "";

    /// <summary>The name or address asked for.</summary>
    public string Host { get; init; } = "";

    /// <summary>The port asked for.</summary>
    public int Port { get; init; }

    /// <summary>What became of it.</summary>
    public ProxyVerdict Verdict { get; set; } = ProxyVerdict.Allowed;

    /// <summary>The rule that decided, or why it failed.</summary>
    public string Reason { get; set; } = "";

    /// <summary>The HTTP status that was answered; 0 where there is none.</summary>
    public int Status { get; set; }

    /// <summary>What flowed inside, where that was looked at; null where not.</summary>
    public string? Content { get; set; }

    /// <summary>Octets from the client to the destination.</summary>
    public long Up { get; set; }

    /// <summary>Octets from the destination to the client.</summary>
    public long Down { get; set; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; set; }

    /// <summary>Where to, as a person writes it.</summary>
    public string Target => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
