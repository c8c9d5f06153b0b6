namespace Adit.Core.Datagrams;

/// <summary>
/// Datagrams to and from one correspondent; each may be lost, reordered or doubled, and may be empty. One receiver and one sender at a time. A flow never makes
/// its sender wait: what cannot go out now is dropped, as a network does.
/// </summary>
public interface IDatagramFlow : IAsyncDisposable
{
    /// <summary>The longest datagram that can be sent, in octets.</summary>
    int SendLimit { get; }

    /// <summary>Sends a datagram, or drops it: when it is longer than <see cref="SendLimit"/>, when there is no room for it, or when the flow has ended.</summary>
    /// <returns>False when it was dropped.</returns>
    bool TrySend(ReadOnlySpan<byte> datagram);

    /// <summary>Takes the next datagram.</summary>
    /// <param name="destination">Room for <see cref="DatagramLimits.MaximumLength"/> octets: the rest of a longer datagram is lost.</param>
    /// <param name="length">Its octets, perhaps 0.</param>
    /// <returns>False when there is none now.</returns>
    bool TryReceive(Span<byte> destination, out int length);

    /// <summary>
    /// Completes when <see cref="TryReceive"/>, which said that there is none, may have one. May complete for nothing, and on the thread that found out: be brief.
    /// </summary>
    /// <returns>False when the flow has ended: no datagram comes any more.</returns>
    ValueTask<bool> WaitReceivableAsync(CancellationToken cancellationToken = default);
}
