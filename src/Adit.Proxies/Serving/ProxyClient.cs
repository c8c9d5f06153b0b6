using System.Buffers;
using System.Net;
using System.Runtime.CompilerServices;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Proxies.AccessLog;
using Adit.Proxies.Streams;

namespace Adit.Proxies.Serving;

/// <summary>
/// One connection of a client: its stream, what was read of it and not used yet, and its deadline. Theory of operation: everything about a client happens on
/// the event loop of its socket, since the first thing that is done with it is to wait for octets there, and what is dialled for it stays on the loop that
/// dials. It holds a buffer only while there are octets in it. Deadlines cost nothing until they pass: the service looks at all of them now and then.
/// </summary>
internal sealed class ProxyClient : IDisposable
{
    /// <summary>Ours: octets of the first buffer; a handshake of any protocol fits.</summary>
    private const int FirstLength = 4096;

    private readonly CancellationTokenSource _stop = new();
    private byte[]? _buffer;
    private int _start;
    private int _end;
    private readonly DateTimeOffset _began;
    private ProxyAccess? _last;
    private long _deadline = long.MaxValue;
    private int _expired;

    public ProxyClient(ProxyService service, ProxyListener listener, Incoming incoming)
    {
        Service = service;
        _began = service.Time.GetUtcNow();
        Listener = listener;
        Stream = incoming.Stream;
        Socket = incoming.Stream as SocketStream;
        Source = incoming.Source;
        PeerAddress = incoming.Source?.Address;
    }

    public ProxyService Service { get; }

    public ProxyListener Listener { get; }

    public DuplexStream Stream { get; private set; }

    /// <summary>The bare socket beneath whatever <see cref="Stream"/> is; null where there is none.</summary>
    public SocketStream? Socket { get; }

    /// <summary>The client: what the socket tells, or a trusted proxy in front.</summary>
    public IPEndPoint? Source { get; set; }

    /// <summary>What the socket tells, by which connections are counted.</summary>
    public IPAddress? PeerAddress { get; }

    /// <summary>The address that the client connected to, where a trusted proxy in front told it.</summary>
    public IPEndPoint? ToldDestination { get; set; }

    public string? User { get; set; }

    public bool IsTls { get; private set; }

    /// <summary>Whether octets move between the two sides, so that silence is judged by the socket.</summary>
    public bool IsRelaying { get; private set; }

    public CancellationToken Stopping => _stop.Token;

    /// <summary>Whether the deadline has passed.</summary>
    public bool IsExpired => Volatile.Read(ref _expired) != 0;

    /// <summary>Neighbours in the service's list.</summary>
    public ProxyClient? Previous { get; set; }

    /// <inheritdoc cref="Previous"/>
    public ProxyClient? Next { get; set; }

    public ReadOnlySpan<byte> Unread => _buffer.AsSpan(_start, _end - _start);

    public ReadOnlyMemory<byte> UnreadMemory => _buffer.AsMemory(_start, _end - _start);

    public void Consume(int count)
    {
        _start += count;
        if (_start == _end) _start = _end = 0;
    }

    /// <summary>From now on so long; zero is for ever.</summary>
    public void SetDeadline(TimeSpan time) =>
        Volatile.Write(ref _deadline, time == TimeSpan.Zero ? long.MaxValue : Service.Time.GetTimestamp() + (long)(time.TotalSeconds * Service.Time.TimestampFrequency));

    /// <summary>Octets moved: the time for silence begins anew.</summary>
    public void Touch() => SetDeadline(Service.Options.Limits.IdleTime);

    /// <summary>Ends what waits when the deadline has passed. The service's timer.</summary>
    public void Check(long now, TimeSpan idle)
    {
        if (now < Volatile.Read(ref _deadline)) return;
        if (IsRelaying && Socket is not null && Socket.QuietTime is var quiet && quiet < idle)
        {
            SetDeadline(idle - quiet);
            return;
        }

        Expire();
        if (IsRelaying) Stream.Abort(TunnelError.TimedOut);
    }

    /// <summary>Ends what waits.</summary>
    public void Expire()
    {
        if (Interlocked.Exchange(ref _expired, 1) == 0) _stop.Cancel();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ReleaseBuffer();
        // Whoever expires it first, or this: never both.
        if (Interlocked.Exchange(ref _expired, 1) == 0) _stop.Dispose();
    }

    /// <summary>Waits for octets and reads them behind those unread.</summary>
    /// <param name="most">Octets that may be unread at most.</param>
    /// <param name="room">Octets that may be read at once, where the buffer is empty.</param>
    /// <param name="giveUp">Gives up waiting, where that loses nothing; none: only the deadline does.</param>
    /// <returns>False at the end of the stream.</returns>
    /// <exception cref="OperationCanceledException">The deadline has passed.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> FillAsync(int most = FirstLength, int room = FirstLength, CancellationToken giveUp = default)
    {
        if (_end == 0) ReleaseBuffer();
        if (Stream is IReadyStream ready)
        {
            int count;
            do
            {
                await ready.WaitReadableAsync(giveUp.CanBeCanceled ? giveUp : _stop.Token).ConfigureAwait(false);
                MakeRoom(most, room);
            }
            while (!ready.TryRead(_buffer.AsSpan(_end), out count));
            _end += count;
            return count > 0;
        }

        MakeRoom(most, room);
        int read = await Stream.ReadAsync(_buffer.AsMemory(_end), _stop.Token).ConfigureAwait(false);
        _end += read;
        return read > 0;
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> octets) => Stream.WriteAsync(octets, _stop.Token);

    /// <summary>Writes an answer that fits the socket's buffer, also when the deadline has passed.</summary>
    public void WriteLastWords(ReadOnlySpan<byte> octets)
    {
        try
        {
            if (Stream is IReadyStream ready) ready.TryWrite(octets, out _);
        }
        catch (IOException)
        {
            // Nobody is there to hear it.
        }
    }

    /// <summary>Puts TLS around the stream; what is unread belongs to it.</summary>
    public async Task StartTlsAsync()
    {
        byte[] early = Unread.ToArray();
        Consume(early.Length);
        ReleaseBuffer();
        Stream = await Service.Options.Tls!(PrefixedStream.Of(Stream, early), _stop.Token).ConfigureAwait(false);
        IsTls = true;
    }

    /// <summary>Puts another stream over the same connection in place of the stream.</summary>
    public void Replace(DuplexStream stream) => Stream = stream;

    /// <summary>Puts the pace of the client's address around the stream.</summary>
    public void Pace(TokenBucket bucket) => Stream = new PacedStream(Stream, bucket, Service.Time);

    /// <summary>Ends this direction and swallows what the client still sends, for a moment: closing at once would reset what is under way to it.</summary>
    public async Task LingerAsync()
    {
        const int Most = 256 * 1024;
        try
        {
            await Stream.CompleteWritesAsync(_stop.Token).ConfigureAwait(false);
            Consume(_end - _start);
            SetDeadline(TimeSpan.FromSeconds(2));
            for (int total = 0; total < Most;)
            {
                if (!await FillAsync().ConfigureAwait(false)) return;
                total += _end;
                Consume(_end - _start);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // It is closed next, in any case.
        }
    }

    /// <summary>Hands the stream to a relay; nothing else may use it any more.</summary>
    public DuplexStream BeginRelay()
    {
        ReleaseBuffer();
        IsRelaying = true;
        // Silence is the socket's to tell; where there is none, the carrier's own.
        if (Socket is null) SetDeadline(TimeSpan.Zero);
        else Touch();
        return Stream;
    }

    public void ReleaseBuffer()
    {
        if (_buffer is null) return;
        // A handshake may hold a password.
        Array.Clear(_buffer, 0, Math.Min(_buffer.Length, FirstLength));
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
        _start = _end = 0;
    }

    /// <summary>What is known of it now; from any thread.</summary>
    public ProxyConnection Describe()
    {
        (long Sent, long Received)? octets = Socket?.Octets;
        return new ProxyConnection(
            Source, User, _last is { } last ? $"{last.Protocol} {last.Command} {last.Target}" : null, _began, octets is { } o ? (o.Received, o.Sent) : null);
    }

    public ProxyAccess NewAccess(string protocol, string command, string host, int port) => _last = new()
    {
        Began = Service.Time.GetUtcNow(),
        Listener = Listener.Name,
        Client = Source,
        User = User,
        Protocol = protocol,
        Command = command,
        Host = host,
        Port = port,
    };

    private void MakeRoom(int most, int room)
    {
        if (_buffer is null)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(room);
            return;
        }

        if (_end < _buffer.Length) return;
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
            return;
        }

        if (_buffer.Length >= most + FirstLength) throw new InvalidOperationException("proxy: expected octets to be used before more are read");
        byte[] larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, _end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
        _buffer = larger;
    }
}
