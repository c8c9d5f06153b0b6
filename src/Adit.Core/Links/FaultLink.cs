using System.Diagnostics;

namespace Adit.Core.Links;

/// <summary>
/// A link that loses, delays, doubles, corrupts, reorders and slows down what is sent through it, on purpose (<see cref="FaultOptions"/>); what it receives passes untouched. Owns the link that it wraps.
/// </summary>
/// <remarks>
/// Theory of operation: <see cref="FaultEngine"/> judges; what is to leave now is handed on in the sender's batch; what has to wait is copied into a queue ordered by time, from which a thread
/// sends it when its time comes. The queue is bounded (<see cref="FaultOptions.Queue"/>), its buffers are kept. Without delay and rate there is neither queue nor thread.
/// </remarks>
public sealed class FaultLink : ILink
{
    private readonly ILink _inner;
    private readonly FaultEngine _engine;
    private readonly PacketBatch? _due;
    private readonly PriorityQueue<Waiting, (long At, long Number)> _queue = new();
    private readonly Stack<byte[]> _spare = new();
    private readonly PacketBatch _doubled = new(64, 64);
    private readonly Thread? _thread;
    private readonly long _began = Stopwatch.GetTimestamp();
    private long _number;
    private bool _stopping;
    private TunnelException? _failure;

    /// <summary>Wraps a link.</summary>
    /// <param name="inner">The link; owned.</param>
    /// <param name="options">What is to go wrong.</param>
    public FaultLink(ILink inner, FaultOptions options)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(options);
        _inner = inner;
        _engine = new FaultEngine(options);
        // Each packet is judged as the network sees it: not as a super-packet.
        Properties = inner.Properties with { TakesSegmentation = false };
        if (options.Delay == TimeSpan.Zero && options.Rate == 0) return;
        _due = new PacketBatch(256, 256);
        _thread = new Thread(Run) { IsBackground = true, Name = $"{inner.Name} delayed" };
        _thread.Start();
    }

    /// <inheritdoc/>
    public string Name => _inner.Name;

    /// <inheritdoc/>
    public LinkProperties Properties { get; }

    /// <summary>Those of the link that it wraps; its own drops are counted there too.</summary>
    public LinkCounters Counters => _inner.Counters;

    /// <inheritdoc/>
    public int Receive(PacketBatch batch) => _inner.Receive(batch);

    /// <inheritdoc/>
    public void Send(PacketBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (_thread is null) SendNow(batch);
        else Enqueue(batch);
    }

    /// <inheritdoc/>
    public void Interrupt() => _inner.Interrupt();

    /// <inheritdoc/>
    public void AnswerTo(IAnswerSink sender) => _inner.AnswerTo(sender);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (_queue)
        {
            _stopping = true;
            Monitor.PulseAll(_queue);
        }

        _thread?.Join();
        await _inner.DisposeAsync().ConfigureAwait(false);
    }

    private long Now => Stopwatch.GetElapsedTime(_began).Ticks;

    private void SendNow(PacketBatch batch)
    {
        _doubled.Clear();
        foreach (ref Packet packet in batch.Packets)
        {
            if (packet.Dropped != DropReason.None) continue;
            FaultVerdict verdict = _engine.Judge(packet.Length, 0, 0);
            if (verdict.Dropped != DropReason.None) packet.Drop(verdict.Dropped);
            else if (verdict.TurnedBit >= 0) Turn(batch.Octets(packet), verdict.TurnedBit);
            if (verdict.Copies == 2) Copy(_doubled, packet, batch.Octets(packet));
        }

        _inner.Send(batch);
        if (_doubled.Count > 0) _inner.Send(_doubled);
    }

    private void Enqueue(PacketBatch batch)
    {
        lock (_queue)
        {
            if (_failure is { } failure) throw failure;
            long now = Now;
            foreach (ref Packet packet in batch.Packets)
            {
                if (packet.Dropped != DropReason.None)
                {
                    Counters.Drop(packet.Dropped);
                    continue;
                }

                FaultVerdict verdict = _engine.Judge(packet.Length, _queue.Count, now);
                if (verdict.Dropped != DropReason.None) Counters.Drop(verdict.Dropped);
                for (int i = 0; i < verdict.Copies; i++)
                {
                    byte[] buffer = _spare.TryPop(out byte[]? spare) && spare.Length >= packet.Length ? spare : new byte[Math.Max(2048, packet.Length)];
                    batch.Octets(packet).CopyTo(buffer);
                    if (verdict.TurnedBit >= 0) Turn(buffer, verdict.TurnedBit);
                    _queue.Enqueue(new Waiting(packet, buffer), (verdict.At, _number++));
                }
            }

            Monitor.PulseAll(_queue);
        }
    }

    private void Run()
    {
        try
        {
            while (Fill(_due!)) _inner.Send(_due!);
        }
        catch (TunnelException e)
        {
            lock (_queue) _failure = e;
        }
    }

    /// <summary>Waits until packets are due, and takes them.</summary>
    /// <returns>False at the end.</returns>
    private bool Fill(PacketBatch batch)
    {
        batch.Clear();
        lock (_queue)
        {
            while (!_stopping)
            {
                long now = Now;
                while (_queue.TryPeek(out Waiting next, out (long At, long Number) when) && when.At <= now && Copy(batch, next.Packet, next.Octets.AsSpan(0, next.Packet.Length)))
                {
                    _queue.Dequeue();
                    _spare.Push(next.Octets);
                }

                if (batch.Count > 0) return true;
                // Rounded up: a wait that ends early would spin.
                if (_queue.TryPeek(out _, out (long At, long Number) first)) Monitor.Wait(_queue, TimeSpan.FromTicks(first.At - now + TimeSpan.TicksPerMillisecond - 1));
                else Monitor.Wait(_queue);
            }
        }

        return false;
    }

    private static bool Copy(PacketBatch to, in Packet packet, ReadOnlySpan<byte> octets)
    {
        if (!to.Add(octets)) return false;
        ref Packet copy = ref to[to.Count - 1];
        int moved = copy.Offset - packet.Offset;
        (copy.TrafficClass, copy.HopLimit, copy.Flags, copy.Remote) = (packet.TrafficClass, packet.HopLimit, packet.Flags, packet.Remote);
        (copy.NetworkStart, copy.TransportStart) = (packet.NetworkStart + moved, packet.TransportStart + moved);
        return true;
    }

    private static void Turn(Span<byte> octets, int bit) => octets[bit / 8] ^= (byte)(0x80 >> (bit % 8));

    private readonly record struct Waiting(Packet Packet, byte[] Octets);
}
