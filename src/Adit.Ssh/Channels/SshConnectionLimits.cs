namespace Adit.Ssh.Channels;

/// <summary>What a peer may make this side hold.</summary>
public sealed record SshConnectionLimits
{
    /// <summary>Channels open at once; default 16384. Each idle one takes about 1 KiB.</summary>
    public int Channels { get; init; } = 16_384;

    /// <summary>Channels whose opening is being judged or dialled at once; default 1024; more are refused.</summary>
    public int PendingOpens { get; init; } = 1024;

    /// <summary>Global requests that wait for their turn; default 256; more end the connection.</summary>
    public int PendingRequests { get; init; } = 256;

    /// <summary>
    /// Octets of window granted over all channels; default 256 MiB: the most that unread data of one connection may take. When it runs out, new
    /// channels begin with 64 KiB.
    /// </summary>
    public int WindowBudget { get; init; } = 256 * 1024 * 1024;

    /// <summary>Silence after which the peer is asked for a sign of life; default 15 s; zero: never.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Unanswered questions after which the peer is taken for dead; default 3.</summary>
    public int KeepAliveCountMax { get; init; } = 3;
}
