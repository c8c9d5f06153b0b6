using System.Buffers.Binary;
using Adit.Core.Streams;

namespace Adit.Core.Links;

/// <summary>
/// Packets over any stream: in front of each stands its length in 2 octets, big-endian, as vde_plug of Virtual Distributed Ethernet does it for Ethernet frames. A frame of length 0 carries nothing.
/// </summary>
/// <remarks>
/// Theory of operation: a link's threads block and a stream does not, so a loop for each direction stands between them, with a bounded buffer. Sending copies packets into the buffer that the
/// loop is not writing; where it is full they are dropped, as a network would. Receiving takes whole frames out of the buffer that the loop fills; where that is full the loop stops reading, and
/// the stream's own flow control tells the peer. Nothing is allocated per packet.
/// </remarks>
public sealed class StreamLink : ILink
{
    /// <summary>Octets of the length in front of each packet.</summary>
    public const int HeaderLength = 2;

    /// <summary>Ours: octets that wait in each direction at most; small, so that a packet waits a few milliseconds and not a second.</summary>
    private const int BufferSize = 256 * 1024;

    private readonly DuplexStream _stream;
    private readonly Lock _sendGate = new();
    private readonly SemaphoreSlim _toWrite = new(0, 1);
    private readonly SemaphoreSlim _roomToRead = new(0, 1);
    private readonly object _receiveGate = new();
    private readonly byte[] _received = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loops;
    private byte[] _pending = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
    private byte[] _writing = GC.AllocateUninitializedArray<byte>(BufferSize, pinned: true);
    private int _pendingLength;
    private int _start;
    private int _end;
    private bool _interrupted;
    private TunnelException? _failure;

    /// <summary>Takes over a stream.</summary>
    /// <param name="stream">The stream; owned.</param>
    /// <param name="name">For messages: where it leads.</param>
    /// <param name="medium">What its packets are; both ends must mean the same.</param>
    public StreamLink(DuplexStream stream, string name, Medium medium)
    {
        (_stream, Name) = (stream, name);
        Properties = new LinkProperties { Medium = medium, SendLimit = ushort.MaxValue };
        _loops = Task.WhenAll(Task.Run(WriteAsync), Task.Run(ReadAsync));
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public LinkProperties Properties { get; }

    /// <inheritdoc/>
    public LinkCounters Counters { get; } = new();

    /// <inheritdoc/>
    public int Receive(PacketBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        while (true)
        {
            lock (_receiveGate)
            {
                if (_interrupted) return 0;
                int count = TakeFrames(batch);
                if (count > 0)
                {
                    if (_roomToRead.CurrentCount == 0) _roomToRead.Release();
                    return count;
                }

                if (_failure is { } failure) throw failure;
                Monitor.Wait(_receiveGate);
            }
        }
    }

    /// <inheritdoc/>
    public void Send(PacketBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        long sent = 0, octets = 0;
        lock (_sendGate)
        {
            foreach (ref readonly Packet packet in batch.Packets)
            {
                if (packet.Dropped != DropReason.None)
                {
                    Counters.Drop(packet.Dropped);
                }
                else if (packet.Length > ushort.MaxValue)
                {
                    Counters.Drop(DropReason.TooBig);
                }
                else if (_pendingLength + HeaderLength + packet.Length > BufferSize)
                {
                    Counters.Drop(DropReason.NoRoom);
                }
                else
                {
                    BinaryPrimitives.WriteUInt16BigEndian(_pending.AsSpan(_pendingLength), (ushort)packet.Length);
                    batch.Octets(packet).CopyTo(_pending.AsSpan(_pendingLength + HeaderLength));
                    _pendingLength += HeaderLength + packet.Length;
                    sent++;
                    octets += packet.Length;
                }
            }

            if (sent > 0 && _toWrite.CurrentCount == 0) _toWrite.Release();
        }

        Counters.Sent(sent, octets, 1, sent);
    }

    /// <inheritdoc/>
    public void Interrupt()
    {
        lock (_receiveGate)
        {
            _interrupted = true;
            Monitor.PulseAll(_receiveGate);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Interrupt();
        await _stopping.CancelAsync().ConfigureAwait(false);
        _stream.Abort(TunnelError.Closed);
        await _loops.ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
        _toWrite.Dispose();
        _roomToRead.Dispose();
    }

    private int TakeFrames(PacketBatch batch)
    {
        int count = 0;
        long octets = 0;
        while (_end - _start >= HeaderLength)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(_received.AsSpan(_start));
            if (_end - _start - HeaderLength < length) break;
            if (length > 0 && !batch.Add(_received.AsSpan(_start + HeaderLength, length))) break;
            _start += HeaderLength + length;
            if (length == 0) continue;
            count++;
            octets += length;
        }

        if (count > 0) Counters.Received(count, octets, 1, count);
        return count;
    }

    private async Task WriteAsync()
    {
        try
        {
            while (true)
            {
                await _toWrite.WaitAsync(_stopping.Token).ConfigureAwait(false);
                int length;
                lock (_sendGate)
                {
                    (_pending, _writing) = (_writing, _pending);
                    (length, _pendingLength) = (_pendingLength, 0);
                }

                if (length > 0) await _stream.WriteAsync(_writing.AsMemory(0, length), _stopping.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (true)
            {
                Memory<byte> room = MakeRoom();
                if (room.IsEmpty)
                {
                    await _roomToRead.WaitAsync(_stopping.Token).ConfigureAwait(false);
                    continue;
                }

                int count = await _stream.ReadAsync(room, _stopping.Token).ConfigureAwait(false);
                if (count == 0) throw new TunnelException(TunnelError.Closed, $"{Name}: the peer ended the stream");
                lock (_receiveGate)
                {
                    _end += count;
                    Monitor.PulseAll(_receiveGate);
                }
            }
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    private Memory<byte> MakeRoom()
    {
        lock (_receiveGate)
        {
            if (_start == _end)
            {
                _start = _end = 0;
            }
            else if (BufferSize - _end < ushort.MaxValue + HeaderLength && _start > 0)
            {
                _received.AsSpan(_start, _end - _start).CopyTo(_received);
                (_start, _end) = (0, _end - _start);
            }

            return _received.AsMemory(_end);
        }
    }

    private void Fail(Exception e)
    {
        lock (_receiveGate)
        {
            _failure ??= e as TunnelException ?? new TunnelException(TunnelError.ConnectionLost, $"{Name}: {e.Message}", inner: e);
            Monitor.PulseAll(_receiveGate);
        }

        _stream.Abort(_failure.Error);
    }
}
