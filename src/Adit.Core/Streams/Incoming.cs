using System.Net;

namespace Adit.Core.Streams;

/// <summary>An accepted stream.</summary>
/// <param name="Stream">The stream; the receiver owns it.</param>
/// <param name="Local">The address it arrived at.</param>
/// <param name="Source">Who opened it; null where the carrier does not tell (unix sockets, message carriers).</param>
/// <param name="Carrier">The scheme it came by, such as <c>tcp</c> or <c>unix</c>.</param>
public sealed record Incoming(DuplexStream Stream, Destination Local, IPEndPoint? Source, string Carrier)
{
    /// <summary>Which carrier key it came with, in words; null where there was none.</summary>
    public string? CarrierKey { get; init; }
}
