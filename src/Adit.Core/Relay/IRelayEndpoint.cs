using Adit.Core.Streams;

namespace Adit.Core.Relay;

/// <summary>A stream that moves octets to and from another without a buffer in between.</summary>
public interface IRelayEndpoint
{
    /// <summary>Relays both ways until both directions have ended or one side failed. Ends both streams.</summary>
    /// <param name="other">The other stream; owned from here on. Must also be an <see cref="IReadyStream"/>.</param>
    /// <returns>The first stream of the result is this one.</returns>
    Task<RelayResult> RelayAsync(DuplexStream other);
}
