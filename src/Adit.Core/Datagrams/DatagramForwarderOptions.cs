namespace Adit.Core.Datagrams;

/// <summary>How a <see cref="DatagramForwarder"/> works. Immutable.</summary>
public sealed record DatagramForwarderOptions
{
    /// <summary>Sources at once, a flow each; default 1024. Beyond it the flow that was silent longest among those never answered gives way; else the new source is dropped. Memory: about 4 KiB a flow while nothing waits, and <see cref="PendingLength"/> while it is dialled.</summary>
    public int Flows { get; init; } = 1024;

    /// <summary>How long a flow lives without a datagram in either direction; default 60 s. RFC 4787 §4.3 asks for two minutes of a NAT, and permits less where the application is known.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Octets kept of a source while its flow is dialled; default 64 KiB. The newest datagram is dropped where there is no room.</summary>
    public int PendingLength { get; init; } = 64 * 1024;

    /// <summary>How long after a failed dial its source is passed over; default 1 s, so that a target that cannot be reached costs one attempt a second and source.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);
}
