using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Adit.Core;
using Adit.Core.Lifeline;
using Adit.Core.Mailboxes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Adit.Carriers.Dns;

/// <summary>An authoritative server of tunnel domains on UDP and TCP, whose payloads are datagrams of lifelines.</summary>
/// <remarks>
/// Theory of operation: one lock guards the <see cref="DnsAuthority"/>; a loop for each UDP socket and each TCP connection takes messages to it and sends what it answers. Answers of held queries leave from whichever
/// loop released them, or from one thread that sleeps until the next hold is over or a path wakes. Lifelines call <see cref="DnsServedPath.Wake"/> under their own lock, which is always taken after the authority's:
/// so waking only notes the path and rouses the thread.
/// </remarks>
public sealed partial class DnsListener : IMailboxListener
{
    private const int LongestQuery = 4096; // ours: a query is a name of 255 octets, and options that are skipped
    private const int UdpBuffer = 4 * 1024 * 1024;
    private const long LogPause = 10_000_000; // ours: between two lines about failures, in microseconds
    private const long FailurePause = 10_000; // ours: before the holds' thread tries again, in microseconds

    private readonly DnsListenerOptions _options;
    private readonly DnsPathHandler _handler;
    private readonly DnsAuthority _authority;
    private readonly DnsRateLimit? _rate;
    private readonly Lock _gate = new();
    private readonly object _waking = new();
    private readonly Queue<DnsServedPath> _woken = new();
    private readonly List<Socket> _sockets = [];
    private readonly List<Socket> _listeners = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _running = [];
    private readonly long _origin = Stopwatch.GetTimestamp();
    private readonly byte[] _answer;
    private readonly SocketAddress _to4 = new(AddressFamily.InterNetwork);
    private readonly SocketAddress _to6 = new(AddressFamily.InterNetworkV6);
    private readonly Thread _thread;
    private readonly int _named;
    private readonly ILogger _logger;
    private long _failures;
    private long _lastLogged = long.MinValue / 2;
    private long _sleepsUntil = long.MaxValue; // until the holds' thread says otherwise
    private bool _isRoused;
    private bool _isStopping;

    /// <summary>Makes one; <see cref="StartAsync"/> binds it.</summary>
    /// <param name="options">What it serves.</param>
    /// <param name="acceptor">Takes the lifelines.</param>
    /// <param name="logger">Told of what fails within; null for nobody.</param>
    /// <exception cref="TunnelException">BadConfiguration: an option out of its range.</exception>
    public DnsListener(DnsListenerOptions options, LifelineAcceptor acceptor, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(acceptor);
        options.Validate();
        _logger = logger ?? NullLogger.Instance;
        _named = options.Authority.Zones.Count;
        // What a strict minimiser can use stands beside each zone; the client's probe chooses.
        DnsZone[] added = [.. options.Authority.Zones.Where(z => z.MinimisedAnswer == DnsMinimisedAnswer.NameError && z.Domain.EncodedLength <= DnsZone.MaximumDomainLength - 2).Select(z => z.WithNoData())];
        _options = options = options with { Authority = options.Authority with { Zones = [.. options.Authority.Zones, .. added.Where(a => options.Authority.Zones.All(z => z.Domain != a.Domain))] } };
        _rate = options.MaximumRate == 0 ? null : new DnsRateLimit(options.MaximumRate);
        _handler = new DnsPathHandler(acceptor, options, NoteWoken);
        _authority = _handler.Authority = new DnsAuthority(options.Authority, _handler);
        _answer = new byte[Math.Max(options.Authority.MaximumUdpLength, options.Authority.MaximumStreamLength)];
        _thread = new Thread(Run) { IsBackground = true, Name = "dns listener" };
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Places { get; private set; } = [];

    /// <summary>Addresses with their ports.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints { get; private set; } = [];

    internal DnsAuthorityCounters Counters => _authority.Counters;

    /// <summary>Messages, and turns of the holds' thread, that came to nothing because something within failed.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    private long Now => (long)Stopwatch.GetElapsedTime(_origin).TotalMicroseconds;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        var bound = new List<IPEndPoint>();
        try
        {
            foreach (IPEndPoint place in _options.Places)
            {
                foreach (IPAddress address in AddressesOf(place.Address)) bound.Add(Bind(new IPEndPoint(address, place.Port)));
            }
        }
        catch (SocketException e)
        {
            Close();
            TunnelError error = e.SocketErrorCode switch { SocketError.AddressAlreadyInUse => TunnelError.AddressInUse, SocketError.AccessDenied => TunnelError.PermissionDenied, _ => TunnelError.Unreachable };
            throw new TunnelException(error, $"dns listener: {string.Join(", ", _options.Places)}: expected a free address, got: {e.Message}", inner: e);
        }

        EndPoints = bound;
        string domains = string.Join(',', _options.Authority.Zones.Take(_named).Select(z => z.Domain.ToString().TrimEnd('.')));
        Places = [.. bound.Select(b => $"dns://{domains} on {b}")];
        for (int i = 0; i < _sockets.Count; i++)
        {
            int index = i;
            _running.Add(Task.Run(() => ReceiveAsync(index), CancellationToken.None));
        }

        foreach (Socket listener in _listeners) _running.Add(Task.Run(() => AcceptAsync(listener), CancellationToken.None));
        _thread.Start();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (_waking)
        {
            if (_isStopping) return;
            _isStopping = true;
            Monitor.Pulse(_waking);
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        Close();
        foreach (Task each in _running) await each.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_thread.IsAlive) _thread.Join();
        _stopping.Dispose();
    }

    private static IEnumerable<IPAddress> AddressesOf(IPAddress place)
    {
        if (!place.Equals(IPAddress.Any) && !place.Equals(IPAddress.IPv6Any)) return [place];
        return NetworkInterface.GetAllNetworkInterfaces()
            .Where(i => i.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
            .SelectMany(i => i.GetIPProperties().UnicastAddresses)
            .Select(a => a.Address)
            .Where(a => a.AddressFamily == place.AddressFamily && !a.IsIPv6LinkLocal)
            .Distinct();
    }

    private IPEndPoint Bind(IPEndPoint place)
    {
        // A port that the system chose for UDP may be somebody's for TCP: then it is asked for another.
        for (int i = 0; ; i++)
        {
            try
            {
                return BindBoth(place);
            }
            catch (SocketException e) when (place.Port == 0 && e.SocketErrorCode == SocketError.AddressAlreadyInUse && i < 16)
            {
                _sockets[^1].Dispose();
                _sockets.RemoveAt(_sockets.Count - 1);
                _listeners[^1].Dispose();
                _listeners.RemoveAt(_listeners.Count - 1);
            }
        }
    }

    private IPEndPoint BindBoth(IPEndPoint place)
    {
        var udp = new Socket(place.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        _sockets.Add(udp);
        if (place.AddressFamily == AddressFamily.InterNetworkV6) udp.DualMode = false;
        (udp.ReceiveBufferSize, udp.SendBufferSize) = (UdpBuffer, UdpBuffer);
        udp.Bind(place);
        var at = (IPEndPoint)udp.LocalEndPoint!;
        var tcp = new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listeners.Add(tcp);
        if (place.AddressFamily == AddressFamily.InterNetworkV6) tcp.DualMode = false;
        tcp.Bind(at);
        tcp.Listen(128);
        return at;
    }

    private void Close()
    {
        foreach (Socket each in _sockets) each.Dispose();
        foreach (Socket each in _listeners) each.Dispose();
    }

    private async Task ReceiveAsync(int index)
    {
        Socket socket = _sockets[index];
        byte[] room = GC.AllocateArray<byte>(LongestQuery, pinned: true);
        var from = new SocketAddress(socket.AddressFamily);
        while (!_stopping.IsCancellationRequested)
        {
            int length;
            try
            {
                length = await socket.ReceiveFromAsync(room, SocketFlags.None, from, _stopping.Token).ConfigureAwait(false);
            }
            catch (SocketException)
            {
                continue; // a port that was unreachable for an answer
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }

            Take(room.AsSpan(0, length), OriginOf(from, index));
        }
    }

    /// <summary>Takes a message, and sends what is to be said now. What fails within is counted, and the message as good as lost: no sender may end the loop that asks for the next one.</summary>
    /// <returns>Whether it is answered, now or later.</returns>
    private bool Take(ReadOnlySpan<byte> message, DnsOrigin origin)
    {
        bool isAnswered = false;
        lock (_gate)
        {
            long now = Now;
            if (_rate is { } rate && !rate.TryTake(now)) return false;
            _handler.Now = now;
            try
            {
                long dropped = _authority.Counters.Dropped;
                int length = _authority.Receive(message, origin, now, _answer);
                isAnswered = length > 0 || _authority.Counters.Dropped == dropped; // else it is held
                if (length > 0) Send(length, origin);
                TakeHeld(now);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                NoteFailure(e, now);
            }

            if (_authority.Deadline >= Volatile.Read(ref _sleepsUntil)) return isAnswered;
        }

        lock (_waking)
        {
            _isRoused = true;
            Monitor.Pulse(_waking);
        }

        return isAnswered;
    }

    /// <summary>Under the gate.</summary>
    private void NoteFailure(Exception failure, long now)
    {
        Interlocked.Increment(ref _failures);
        if (now - _lastLogged < LogPause) return;
        _lastLogged = now;
        LogFailure(_logger, Places.Count > 0 ? Places[0] : "dns", failure.Message, _failures);
    }

    /// <summary>Sends answers of held queries that are due. Under the gate.</summary>
    private void TakeHeld(long now)
    {
        while (_authority.TryTake(now, _answer, out int length, out DnsOrigin origin)) Send(length, origin);
    }

    private void Send(int length, DnsOrigin origin)
    {
        if (origin.IsStream)
        {
            SendStream(length, origin);
            return;
        }

        try
        {
            _sockets[origin.Socket].SendTo(_answer.AsSpan(0, length), SocketFlags.None, AddressOf(origin, _sockets[origin.Socket].AddressFamily));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // As if it was lost.
        }
    }

    private void NoteWoken(DnsServedPath path)
    {
        lock (_waking)
        {
            _woken.Enqueue(path);
            Monitor.Pulse(_waking);
        }
    }

    private void Run()
    {
        long deadline = long.MaxValue;
        while (true)
        {
            DnsServedPath? path;
            lock (_waking)
            {
                if (_isStopping) return;
                if (!_woken.TryDequeue(out path))
                {
                    long wait = deadline == long.MaxValue ? 1000 : Math.Clamp((deadline - Now + 999) / 1000, 0, 1000);
                    // A deadline that became earlier since it was read here was told before anybody waited.
                    if (wait > 0 && !_isRoused) Monitor.Wait(_waking, (int)wait);
                    _isRoused = false;
                    _woken.TryDequeue(out path);
                }
            }

            lock (_gate)
            {
                long now = Now;
                _handler.Now = now;
                try
                {
                    if (path is not null)
                    {
                        path.Slept();
                        while (_handler.ReleaseForWoken(path)) TakeHeld(now);
                    }

                    TakeHeld(now);
                    deadline = _authority.Deadline;
                }
                catch (Exception e) when (e is not OutOfMemoryException)
                {
                    NoteFailure(e, now);
                    deadline = now + FailurePause; // what failed may be due still
                }

                Volatile.Write(ref _sleepsUntil, deadline);
            }
        }
    }

    private static DnsOrigin OriginOf(SocketAddress from, int socket)
    {
        ReadOnlySpan<byte> octets = from.Buffer.Span;
        ushort port = System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(octets[2..]);
        UInt128 address = from.Family == AddressFamily.InterNetwork
            ? System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(octets[4..])
            : System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(octets[8..]);
        return new DnsOrigin(address, port, 0, socket);
    }

    private SocketAddress AddressOf(DnsOrigin origin, AddressFamily family)
    {
        SocketAddress to = family == AddressFamily.InterNetwork ? _to4 : _to6;
        Span<byte> octets = to.Buffer.Span;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(octets[2..], origin.Port);
        if (family == AddressFamily.InterNetwork) System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(octets[4..], (uint)origin.Address);
        else System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(octets[8..], origin.Address);
        return to;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Place}: a message came to nothing, {Count} so far: {Reason}")]
    private static partial void LogFailure(ILogger logger, string place, string reason, long count);
}
