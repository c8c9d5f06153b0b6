using System.Runtime.CompilerServices;
using Adit.Core.Mailboxes;
using Adit.Core.Streams;
using Adit.Platform.EventLoops;

namespace Adit.Core.Lifeline;

/// <summary>
/// A session as a stream, and the loops that move datagrams between it and mailboxes. Owned by whoever holds it; disposing closes the session. Theory of operation: everything that touches the
/// engine happens under its gate; whoever waits (a reader, a writer, the sending loop of a path) is woken after each event and looks again. One timer serves the engine's deadline. Nothing is allocated for octets that move. Where the only carrier is a stream, no thread is woken for
/// another: who writes sends, until the carrier is full, and who receives goes on as the reader that waits, in whose buffer octets that are in order stand already.
/// </summary>
public sealed class LifelineStream : DuplexStream
{
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly ITimer _timer;
    private readonly Wakeup _readable = new(inline: false);
    private readonly Wakeup _writable = new(inline: false);
    private readonly List<(LifelinePath Path, ILifelineCarrier Carrier)> _loops = [];
    private volatile PathLoop? _driven;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _timerDue = long.MaxValue;
    private bool _isClosed;
    private int _disposed;

    internal LifelineStream(LifelineSession session, TimeProvider time, long origin)
    {
        (Session, _time, _origin) = (session, time, origin);
        _timer = time.CreateTimer(static self => ((LifelineStream)self!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Completes when the session is over, in order or not.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Called, outside all locks, when a path's mailbox has ended; the path is taken away already.</summary>
    public event Action<LifelinePath, Exception?>? PathEnded;

    /// <summary>Who opened the first path, where its carrier tells; null elsewhere. What comes later may come from elsewhere.</summary>
    public System.Net.IPEndPoint? Source { get; internal set; }

    /// <summary>At the server: which carrier key it began with, 8 hexadecimal digits; null for none.</summary>
    public string? KeyHint => Session.KeyHint.Span.ContainsAnyExcept((byte)0) ? Convert.ToHexStringLower(Session.KeyHint.Span) : null;

    /// <summary>The engine; touched under its <see cref="LifelineSession.Gate"/> only.</summary>
    internal LifelineSession Session { get; }

    /// <summary>The paths that are there, for reports.</summary>
    public IReadOnlyList<(string Carrier, long RoundTrip, bool IsWanted)> Paths
    {
        get
        {
            lock (Session.Gate) return [.. _loops.Select(l => (l.Carrier.Name, l.Path.RoundTrip, l.Path.IsWanted))];
        }
    }

    /// <summary>Whether each datagram of all its paths is dear (<see cref="LifelineProfile.IsDear"/>).</summary>
    public override bool IsDear
    {
        get
        {
            lock (Session.Gate) return Session.Paths.Count > 0 && Session.Paths.All(p => p.Profile.IsDear);
        }
    }

    /// <summary>The peer may use the whole window, which a stranger earns by what he sent and was read.</summary>
    public override void TrustPeer()
    {
        lock (Session.Gate) Session.GrantWindow();
        Wake();
    }

    /// <summary>Outages of up to <see cref="LifelineOptions.SilenceLimit"/> are what it is for.</summary>
    public override bool OutlivesSilence => true;

    /// <summary>Microseconds of the engine's clock.</summary>
    internal static long Now(TimeProvider time, long origin) => (long)time.GetElapsedTime(origin).TotalMicroseconds + 1_000_000;

    private long Time => Now(_time, _origin);

    /// <summary>Begins to move datagrams of a path, which the engine has already.</summary>
    /// <param name="path">The path.</param>
    /// <param name="mailbox">Its carrier; owned from here on.</param>
    /// <param name="receive">Whether this stream receives from the mailbox too; else somebody hands over what arrives (<see cref="Arrived"/>).</param>
    internal void Attach(LifelinePath path, IMailbox mailbox, bool receive)
    {
        var loop = new PathLoop(this, path, mailbox);
        if (!Attach(path, loop)) return;
        loop.Start(receive);
        Wake();
    }

    /// <summary>As above, with a carrier that sends for itself.</summary>
    /// <returns>False where the stream has been disposed: the carrier is, too.</returns>
    internal bool Attach(LifelinePath path, ILifelineCarrier carrier)
    {
        lock (Session.Gate)
        {
            if (!_isClosed)
            {
                _loops.Add((path, carrier));
                ChooseDriven();
                return true;
            }

            Session.Remove(path);
        }

        _ = carrier.DisposeAsync().AsTask();
        return false;
    }

    /// <summary>A carrier took a datagram: deadlines may have changed, and with CLOSE the end may have come.</summary>
    internal void Sent()
    {
        if (Session.End != LifelineEnd.None)
        {
            Wake();
            return;
        }

        lock (Session.Gate) Schedule();
    }

    /// <summary>Something was handed to the engine: whoever waits looks again.</summary>
    internal void Arrived() => Wake();

    /// <summary>Takes a datagram, and where it stands in its mailbox's buffer those behind it. On this thread, which must hold no lock, a reader goes on that waits.</summary>
    /// <param name="path">The path that it came by.</param>
    /// <param name="mailbox">The mailbox.</param>
    /// <param name="datagram">The datagram.</param>
    /// <returns>Whether octets are left that nobody waits for: who receives should let a reader have his turn, since what comes while he waits is spared two copies.</returns>
    internal bool Take(LifelinePath path, IBufferedMailbox mailbox, ReadOnlyMemory<byte> datagram)
    {
        lock (Session.Gate)
        {
            long now = Time;
            do
            {
                Session.Receive(path, datagram.Span, now);
            }
            while (mailbox.TryReceiveInPlace(out datagram));
        }

        return Wake(inline: true);
    }

    /// <summary>A path's mailbox has ended.</summary>
    internal void Detach(LifelinePath path, Exception? reason)
    {
        ILifelineCarrier? carrier = null;
        lock (Session.Gate)
        {
            int at = _loops.FindIndex(l => l.Path == path);
            if (at >= 0)
            {
                carrier = _loops[at].Carrier;
                _loops.RemoveAt(at);
                ChooseDriven();
            }

            Session.Remove(path);
        }

        if (carrier is null) return;
        Wake();
        _ = carrier.DisposeAsync().AsTask();
        PathEnded?.Invoke(path, reason);
    }

    /// <summary>Octets that the peer has for sure, and those that were read here.</summary>
    internal long Progress
    {
        get
        {
            lock (Session.Gate) return Session.Progress;
        }
    }

    /// <summary>How long nothing authentic came by a path.</summary>
    internal TimeSpan SilenceOf(LifelinePath path)
    {
        lock (Session.Gate) return TimeSpan.FromMicroseconds(Math.Max(0, Time - path.LastHeard));
    }

    /// <summary>Chooses whether the stream goes on a path, or it is kept for later.</summary>
    internal void Want(LifelinePath path, bool wanted)
    {
        lock (Session.Gate) Session.Want(path, wanted);
        Wake();
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            int count;
            bool isDue = false;
            lock (Session.Gate)
            {
                count = Session.Read(buffer.Span);
                if (count > 0) isDue = WakeOthers();
                else if (!Session.IsReadToEnd && (!buffer.IsEmpty || Session.Readable == 0))
                {
                    ThrowIfOver();
                    Session.Sink(buffer);
                    count = -1;
                }
            }

            if (isDue) _driven?.Drive();
            if (count >= 0) return count;

            try
            {
                await _readable.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // What is in the buffer already was read.
                if (TakeSunk() is > 0 and var last) return last;
                throw;
            }

            if (TakeSunk() is > 0 and var sunk) return sunk;
        }
    }

    private int TakeSunk()
    {
        int count;
        bool isDue;
        lock (Session.Gate)
        {
            count = Session.TakeSunk();
            isDue = count > 0 && WakeOthers();
        }

        if (isDue) _driven?.Drive();
        return count;
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            int count;
            lock (Session.Gate)
            {
                ThrowIfOver();
                count = Session.Write(buffer.Span);
                // Where there is one stream to go by, the writer itself is what sends: a thread less to wake for each piece.
                if (count > 0 && _driven is null) WakeLoops();
                else if (count > 0) Schedule();
                buffer = buffer[count..];
            }

            if (count > 0) _driven?.Drive();
            if (buffer.IsEmpty) return;

            await _writable.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default)
    {
        lock (Session.Gate) Session.CompleteWrites();
        Wake();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override void Abort(TunnelError error) => Abort(error.ToString());

    /// <summary>Ends the session at once.</summary>
    /// <param name="reason">Why, for this side.</param>
    internal void Abort(string reason)
    {
        lock (Session.Gate) Session.Close(LifelineEnd.Aborted, reason);
        Wake();
    }

    /// <summary>Ends the session; what was written is given a moment to be acknowledged.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            await base.DisposeAsync().ConfigureAwait(false);
            return;
        }

        bool waits;
        lock (Session.Gate)
        {
            Session.CompleteWrites();
            waits = Session.End == LifelineEnd.None && !Session.IsFinished && Session.Paths.Count > 0;
        }

        Wake();
        if (waits) await Task.WhenAny(DrainAsync(), Task.Delay(TimeSpan.FromSeconds(2), _time)).ConfigureAwait(false);
        lock (Session.Gate) Session.Close(LifelineEnd.Closed, "closed");
        Wake();
        ILifelineCarrier[] loops;
        // CLOSE leaves before the carriers go.
        await Task.WhenAny(_ended.Task, Task.Delay(TimeSpan.FromSeconds(2), _time)).ConfigureAwait(false);
        lock (Session.Gate)
        {
            loops = [.. _loops.Select(l => l.Carrier)];
            _loops.Clear();
            ChooseDriven();
            _isClosed = true;
        }

        foreach (ILifelineCarrier loop in loops) await loop.DisposeAsync().ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        lock (Session.Gate) Session.Dispose();
        _ended.TrySetResult();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Volatile.Read(ref _disposed) == 0) _ = DisposeAsync().AsTask();
        base.Dispose(disposing);
    }

    private async Task DrainAsync()
    {
        while (true)
        {
            lock (Session.Gate)
            {
                if (Session.End != LifelineEnd.None || Session.Unacknowledged == 0) return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), _time).ConfigureAwait(false);
        }
    }

    private void ThrowIfOver()
    {
        if (Session.End == LifelineEnd.None) return;
        throw new TunnelException(
            Session.End switch { LifelineEnd.TimedOut => TunnelError.TimedOut, LifelineEnd.Closed => TunnelError.Closed, LifelineEnd.ProtocolViolation => TunnelError.ProtocolViolation, LifelineEnd.Aborted => TunnelError.Reset, _ => TunnelError.ConnectionLost },
            $"lifeline: {Session.EndReason}");
    }

    private void OnTimer()
    {
        lock (Session.Gate)
        {
            _timerDue = long.MaxValue;
            Session.Tick(Time);
        }

        Wake();
    }

    private bool Wake(bool inline = false)
    {
        bool isLeft, readable, writable, ended, isDue = false;
        lock (Session.Gate)
        {
            isLeft = Session.Readable > 0;
            readable = isLeft || Session.HasSunk || Session.IsReadToEnd || Session.End != LifelineEnd.None;
            writable = Session.WriteRoom > 0 || Session.End != LifelineEnd.None;
            ended = Session.IsFinished;
            if (inline) isDue = WakeOthers();
            else WakeLoops();
        }

        if (readable) _readable.Signal(inline);
        if (writable) _writable.Signal(inline);
        if (isDue) _driven?.Drive();

        if (ended) _ended.TrySetResult();
        return isLeft;
    }

    /// <summary>As <see cref="WakeLoops"/>, but for the loop that this thread can drive once it has left the gate. Under the gate.</summary>
    /// <returns>Whether that one has something to say.</returns>
    private bool WakeOthers()
    {
        if (_driven is null)
        {
            WakeLoops();
            return false;
        }

        Schedule();
        return Session.WantsToSend(_loops[0].Path, Time);
    }

    /// <summary>Under the gate.</summary>
    private void WakeLoops()
    {
        long now = Time;
        foreach ((LifelinePath path, ILifelineCarrier carrier) in _loops)
        {
            // Other carriers are asked more than whether there is something to say.
            if (carrier is not PathLoop { IsStream: true } || Session.WantsToSend(path, now)) carrier.Wake();
        }

        Schedule();
    }

    /// <summary>Under the gate.</summary>
    private void ChooseDriven() => _driven = _loops is [{ Carrier: PathLoop { IsStream: true } only }] ? only : null;

    /// <summary>Sets the timer to the engine's deadline, where that comes before what it is set to: one that moves away with each datagram is looked at again when the timer fires. Under the gate.</summary>
    private void Schedule()
    {
        long due = Session.Deadline ?? long.MaxValue;
        if (due >= _timerDue) return;
        _timerDue = due;
        double wait = Math.Max(1000, due - Time);
        _timer.Change(TimeSpan.FromMicroseconds(Math.Min(wait, 3.6e9)), Timeout.InfiniteTimeSpan);
    }

    /// <summary>The loops of one path.</summary>
    private sealed class PathLoop(LifelineStream owner, LifelinePath path, IMailbox mailbox) : ILifelineCarrier
    {
        private readonly Wakeup _wake = new(inline: false);
        private readonly CancellationTokenSource _stopping = new();
        private readonly ISlottedMailbox? _slots = mailbox as ISlottedMailbox;
        private readonly IBufferedMailbox? _buffers = mailbox as IBufferedMailbox;
        private Task _running = Task.CompletedTask;
        private int _disposed;

        public string Name => mailbox.Name;

        /// <summary>Whether its carrier takes what it is given in order, and waits for nothing but room.</summary>
        public bool IsStream => _buffers is not null;

        public void Start(bool receive)
        {
            _slots?.Bind(Wake);
            _running = receive ? Task.WhenAll(Task.Run(SendAsync), Task.Run(ReceiveAsync)) : Task.Run(SendAsync);
        }

        public void Wake() => _wake.Signal();

        /// <summary>Sends what there is on this thread, which must hold no lock, until the carrier is full.</summary>
        public void Drive() => _wake.Signal(inline: true);

        public async ValueTask DisposeAsync()
        {
            await _stopping.CancelAsync().ConfigureAwait(false);
            if (Interlocked.Exchange(ref _disposed, 1) == 0) await mailbox.DisposeAsync().ConfigureAwait(false);
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        private async Task SendAsync()
        {
            byte[] own = _buffers is null ? new byte[Math.Max(mailbox.SendLimit, 512)] : [];
            try
            {
                while (true)
                {
                    int length;
                    bool polls = false;
                    if (_slots is not null)
                    {
                        lock (owner.Session.Gate) polls = _slots.WantsPoll;
                    }

                    if (!polls) await mailbox.WaitForRoomAsync(_stopping.Token).ConfigureAwait(false);
                    Memory<byte> room = _buffers?.Room ?? own;
                    lock (owner.Session.Gate)
                    {
                        length = owner.Session.Poll(path, room.Span[..Math.Min(room.Length, mailbox.SendLimit)], owner.Time, _slots?.WantsPoll ?? false);
                        owner.Schedule();
                    }

                    if (length == 0)
                    {
                        await mailbox.FlushAsync(_stopping.Token).ConfigureAwait(false);
                        await _wake.WaitAsync(_stopping.Token).ConfigureAwait(false);
                        continue;
                    }

                    if (_buffers is not null) await _buffers.SendRoomAsync(length, _stopping.Token).ConfigureAwait(false);
                    else await mailbox.SendAsync(room[..length], _stopping.Token).ConfigureAwait(false);
                    if (owner.Session.End == LifelineEnd.None) continue;
                    await mailbox.FlushAsync(_stopping.Token).ConfigureAwait(false);
                    owner.Wake();
                }
            }
            catch (Exception e)
            {
                await EndAsync(e).ConfigureAwait(false);
            }
        }

        private async Task ReceiveAsync()
        {
            byte[] room = _buffers is null ? new byte[65_536] : [];
            try
            {
                while (true)
                {
                    ReadOnlyMemory<byte> message = _buffers is null ? room.AsMemory(0, await mailbox.ReceiveAsync(room, _stopping.Token).ConfigureAwait(false)) : await _buffers.ReceiveInPlaceAsync(_stopping.Token).ConfigureAwait(false);
                    if (message.IsEmpty) break;
                    if (_buffers is not null)
                    {
                        if (owner.Take(path, _buffers, message)) await EventLoop.Yield();
                        continue;
                    }

                    lock (owner.Session.Gate)
                    {
                        if (owner.Session.Receive(path, message.Span, owner.Time)) _slots?.NoteBacklog(path.PeerBacklog);
                    }

                    owner.Wake();
                }

                await EndAsync(null).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                await EndAsync(e).ConfigureAwait(false);
            }
        }

        private async Task EndAsync(Exception? reason)
        {
            if (_stopping.IsCancellationRequested) return;
            await _stopping.CancelAsync().ConfigureAwait(false);
            owner.Detach(path, reason);
        }
    }
}
