using System.Buffers.Binary;
using Adit.Core.Lifeline;
using Adit.Core.Streams;

namespace Adit.Core.Mailboxes;

/// <summary>Messages over a stream, each behind its length in 2 octets: so that a stream, which may break, can carry a lifeline, which does not.</summary>
/// <param name="stream">The stream; owned.</param>
/// <param name="name">For messages: where it leads.</param>
public sealed class StreamMailbox(DuplexStream stream, string name) : IMailbox
{
    /// <summary>Ours: the longest message, in octets; four records of SSH's usual size.</summary>
    public const int MaximumMessage = 32 * 1024;

    /// <summary>What streams can do: they deliver all, in order, or break.</summary>
    public static readonly LifelineProfile StreamProfile = new()
    {
        Name = "stream",
        IsReliable = true,
        AcknowledgeEvery = 16,
        AcknowledgementDelay = 20_000,
        MostInFlight = 8 * 1024 * 1024,
        MostPackets = 65_536,
    };

    private const int HeaderLength = 2;

    private readonly byte[] _sending = new byte[HeaderLength + MaximumMessage];
    private readonly byte[] _received = new byte[4 * (HeaderLength + MaximumMessage)];
    private int _start;
    private int _end;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public LifelineProfile Profile => StreamProfile;

    /// <inheritdoc/>
    public int SendLimit => MaximumMessage;

    /// <inheritdoc/>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(message.Length, MaximumMessage, nameof(message));
        BinaryPrimitives.WriteUInt16BigEndian(_sending, (ushort)message.Length);
        message.CopyTo(_sending.AsMemory(HeaderLength));
        await stream.WriteAsync(_sending.AsMemory(0, HeaderLength + message.Length), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<int> ReceiveAsync(Memory<byte> room, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            int length = _end - _start >= HeaderLength ? BinaryPrimitives.ReadUInt16BigEndian(_received.AsSpan(_start)) : -1;
            if (length > MaximumMessage) throw new TunnelException(TunnelError.ProtocolViolation, $"{name}: message: expected at most {MaximumMessage} octets, got {length}");
            if (length >= 0 && _end - _start >= HeaderLength + length)
            {
                _received.AsMemory(_start + HeaderLength, length).CopyTo(room);
                _start += HeaderLength + length;
                if (length > 0) return length;
                continue;
            }

            if (_start == _end) _start = _end = 0;
            if (_received.Length - _start < HeaderLength + MaximumMessage)
            {
                _received.AsSpan(_start, _end - _start).CopyTo(_received);
                (_start, _end) = (0, _end - _start);
            }

            int count = await stream.ReadAsync(_received.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (count == 0) return 0;
            _end += count;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => stream.DisposeAsync();
}
