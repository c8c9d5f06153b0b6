using Adit.TestKit.Peers;

namespace Adit.Bench.Links;

/// <summary>One way between the two namespaces, and its figures.</summary>
/// <param name="Name">What the table calls it.</param>
/// <param name="Group">Whom it is compared with.</param>
/// <param name="Server">The address of the load server over this way.</param>
/// <param name="Processes">The processes of both ends, whose CPU counts with their children's; none for the kernel's ways.</param>
internal sealed record LinkPath(string Name, LinkGroup Group, string Server, IReadOnlyList<PeerProcess> Processes)
{
    /// <summary>Ours: both ends, which say how many segments came at a time; null for others.</summary>
    public (AditLink Client, AditLink Server)? Links { get; init; }

    /// <summary>Bit/s at the receiver.</summary>
    public Samples Rate { get; } = new();

    /// <summary>CPU seconds of both ends for 10⁹ bits.</summary>
    public Samples Cpu { get; } = new();

    /// <summary>CPU seconds of the whole machine for 10⁹ bits: with the load's own and the kernel's work on packets.</summary>
    public Samples SystemCpu { get; } = new();

    /// <summary>Milliseconds there and back while the stream runs.</summary>
    public Samples MedianRoundTrip { get; } = new();

    /// <inheritdoc cref="MedianRoundTrip"/>
    public Samples WorstRoundTrip { get; } = new();
}
