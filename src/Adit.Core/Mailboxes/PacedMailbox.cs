using System.Net;
using Adit.Core.Lifeline;
using Adit.Core.Streams;

namespace Adit.Core.Mailboxes;

/// <summary>
/// A mailbox that carries so much a second each way, and no more. What is to be sent waits in the lifeline, where it is still fresh when it leaves; what arrives is taken slowly, so that the peer is not told of
/// it and sends no faster. Owns the mailbox below.
/// </summary>
/// <param name="inner">The mailbox.</param>
/// <param name="rate">Octets a second; more than 0.</param>
/// <param name="time">The clock.</param>
public sealed class PacedMailbox(IMailbox inner, long rate, TimeProvider time) : IMailbox
{
    private const int LeastMessage = 512; // ours; a handshake fits

    private readonly TokenBucket _sent = new(rate, time);
    private readonly TokenBucket _received = new(rate, time);
    private TimeSpan _sendAfter;
    private TimeSpan _receiveAfter;

    /// <inheritdoc/>
    public string Name => inner.Name;

    /// <inheritdoc/>
    public LifelineProfile Profile => inner.Profile;

    /// <inheritdoc/>
    public IPEndPoint? Source => inner.Source;

    /// <summary>As of the mailbox below, and no more than goes in a second: what answers waits no longer behind what is bulk.</summary>
    public int SendLimit => (int)Math.Min(inner.SendLimit, Math.Max(LeastMessage, rate));

    /// <inheritdoc/>
    public async ValueTask WaitForRoomAsync(CancellationToken cancellationToken = default)
    {
        if (_sendAfter > TimeSpan.Zero)
        {
            await inner.FlushAsync(cancellationToken).ConfigureAwait(false);
            await Task.Delay(_sendAfter, time, cancellationToken).ConfigureAwait(false);
            _sendAfter = TimeSpan.Zero;
        }

        await inner.WaitForRoomAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        _sendAfter = _sent.Take(message.Length);
        return inner.SendAsync(message, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<int> ReceiveAsync(Memory<byte> room, CancellationToken cancellationToken = default)
    {
        if (_receiveAfter > TimeSpan.Zero) await Task.Delay(_receiveAfter, time, cancellationToken).ConfigureAwait(false);
        int count = await inner.ReceiveAsync(room, cancellationToken).ConfigureAwait(false);
        _receiveAfter = _received.Take(count);
        return count;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
