using System.Buffers.Binary;

namespace Adit.Ssh.Transport;

/// <summary>
/// Control messages on their way to the send loop, in order: many producers, one consumer, two buffers that change places. Bounded: a peer
/// that asks and asks but does not read is cut off, not stored.
/// </summary>
internal sealed class MessageQueue
{
    /// <summary>Ours: the most octets of control messages that wait for a peer to read.</summary>
    public const int MaximumLength = 4 * 1024 * 1024;

    /// <summary>Ours: the longest buffer that is kept while nothing waits.</summary>
    private const int KeptLength = 16 * 1024;

    private const int Prefix = 4;
    private readonly Lock _lock = new();
    private byte[] _filling = [];
    private int _filled;
    private byte[] _draining = [];
    private int _drained;
    private int _drainEnd;

    /// <summary>Adds a message.</summary>
    /// <returns>False when it does not fit.</returns>
    public bool TryAdd(ReadOnlySpan<byte> payload)
    {
        lock (_lock)
        {
            int end = _filled + Prefix + payload.Length;
            if (end > MaximumLength) return false;
            if (end > _filling.Length) Array.Resize(ref _filling, Math.Max(end, Math.Max(256, Math.Min(_filling.Length * 2, MaximumLength))));
            BinaryPrimitives.WriteInt32LittleEndian(_filling.AsSpan(_filled), payload.Length);
            payload.CopyTo(_filling.AsSpan(_filled + Prefix));
            _filled = end;
            return true;
        }
    }

    /// <summary>Looks at the next message. Consumer only; valid until <see cref="Advance"/>.</summary>
    public bool TryPeek(out ReadOnlySpan<byte> payload)
    {
        if (_drained == _drainEnd)
        {
            if (Volatile.Read(ref _filled) == 0)
            {
                payload = default;
                return false;
            }

            lock (_lock)
            {
                (_filling, _draining) = (_draining, _filling);
                (_drained, _drainEnd, _filled) = (0, _filled, 0);
            }
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(_draining.AsSpan(_drained));
        payload = _draining.AsSpan(_drained + Prefix, length);
        return true;
    }

    /// <summary>Takes away the message that was looked at.</summary>
    public void Advance()
    {
        _drained += Prefix + BinaryPrimitives.ReadInt32LittleEndian(_draining.AsSpan(_drained));
        // A burst must not hold its memory for ever.
        if (_drained == _drainEnd && _draining.Length > KeptLength) (_draining, _drained, _drainEnd) = ([], 0, 0);
    }
}
