namespace Adit.Gateway.Status;

/// <summary>A record of a link's packets.</summary>
/// <param name="File">The pcapng file.</param>
/// <param name="Packets">Packets written.</param>
/// <param name="Missed">Packets that were not, since the disk was slower than the link.</param>
public sealed record CaptureStatus(string File, long Packets, long Missed);
