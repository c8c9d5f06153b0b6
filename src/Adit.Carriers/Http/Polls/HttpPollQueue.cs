using System.Buffers;
using Adit.Wire.Http;

namespace Adit.Carriers.Http.Polls;

/// <summary>
/// Datagrams of one side that wait for a request, or for an answer, to leave in. A batch grows until it is flushed and taken, or full; one full batch may wait behind which the sender waits, so that what leaves is fresh.
/// Holds at most five batches (<see cref="HttpPollBatch.Longest"/> each), usually two. Safe for several threads.
/// </summary>
/// <param name="changed">Called, outside locks, when there may be a batch to take.</param>
public sealed class HttpPollQueue(Action changed)
{
    // Ours: what a sender that does not wait for room may pile up.
    private const int MostFull = 4;

    private readonly Lock _gate = new();
    private readonly Queue<ArraySegment<byte>> _full = new();
    private byte[]? _open;
    private int _length;
    private bool _isFlushed;
    private TaskCompletionSource? _room;

    /// <summary>Octets of a batch at most, but for one that a single datagram makes.</summary>
    public int Limit { get; set; } = HttpPollBatch.Longest;

    /// <summary>Adds a datagram; it is dropped where nobody takes batches away.</summary>
    public void Add(ReadOnlySpan<byte> datagram)
    {
        bool sealedOne = false;
        lock (_gate)
        {
            if (_open is not null && _length + HttpPollBatch.HeaderLength + datagram.Length > Math.Min(Limit, _open.Length))
            {
                if (_full.Count >= MostFull) return;
                _full.Enqueue(new ArraySegment<byte>(_open, 0, _length));
                (_open, _length, sealedOne) = (null, 0, true);
            }

            _open ??= ArrayPool<byte>.Shared.Rent(HttpPollBatch.Longest);
            _length += HttpPollBatch.Write(_open.AsSpan(_length), datagram);
            _isFlushed = false;
        }

        if (sealedOne) changed();
    }

    /// <summary>What there is may leave.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (_open is null) return;
            _isFlushed = true;
        }

        changed();
    }

    /// <summary>Waits until no full batch waits.</summary>
    public ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_full.Count == 0) return ValueTask.CompletedTask;
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_room.Task.WaitAsync(cancellationToken));
        }
    }

    /// <summary>Takes a batch.</summary>
    /// <param name="batch">The batch, to be given back (<see cref="Return"/>).</param>
    /// <returns>Whether there was one.</returns>
    public bool TryTake(out ArraySegment<byte> batch)
    {
        lock (_gate)
        {
            if (_full.TryDequeue(out batch))
            {
                if (_full.Count > 0) return true;
                _room?.TrySetResult();
                _room = null;
                return true;
            }

            if (_open is null || !_isFlushed) return false;
            batch = new ArraySegment<byte>(_open, 0, _length);
            (_open, _length, _isFlushed) = (null, 0, false);
            return true;
        }
    }

    /// <summary>Gives a batch, or a copy that came from the pool, back.</summary>
    public static void Return(ArraySegment<byte> batch)
    {
        if (batch.Array is { Length: > 0 } array) ArrayPool<byte>.Shared.Return(array);
    }
}
