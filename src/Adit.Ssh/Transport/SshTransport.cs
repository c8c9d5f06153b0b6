using Adit.Core;
using Adit.Core.Streams;
using Adit.Platform.EventLoops;
using Adit.Ssh.KeyExchange;
using Adit.Ssh.Keys;
using Adit.Wire.Ssh;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Adit.Ssh.Transport;

/// <summary>
/// Theory of operation. One connection has two loops and no lock per packet. The <b>receive loop</b> reads, opens packets in place, runs the key
/// exchange and hands everything else up; it never waits for a consumer. The <b>send loop</b> drains key exchange messages, then control messages,
/// then channel data, seals each in its final place and writes them together. While keys are exchanged it sends only key exchange messages: it shuts
/// its own gate when it seals KEXINIT and opens it when it seals NEWKEYS, so there is nothing to race with.
/// </summary>
internal sealed partial class SshTransport : IDisposable
{
    private readonly DuplexStream _stream;
    private readonly bool _isClient;
    private SshTransportOptions _options;
    private readonly ITransportIdentity _identity;
    private readonly ITransportHandler _handler;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly PacketReader _reader = new();
    private readonly PacketWriter _writer = new();
    private readonly MessageQueue _control = new();
    private readonly MessageQueue _kexMessages = new();
    private readonly KeyExchangeEngine _kex;
    private readonly Lock _kexLock = new();
    private readonly Wakeup _wakeup = new(EventLoop.Inline);
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _readToken;
    private readonly TaskCompletionSource _keyed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Exception? _failure;
    private ITimer? _handshake;
    private bool _sending;
    private int _receiveThread;
    private int _closing;

    public SshTransport(
        DuplexStream stream,
        bool isClient,
        SshTransportOptions options,
        ITransportIdentity identity,
        ITransportHandler handler,
        ILogger? logger = null,
        TimeProvider? time = null)
    {
        _stream = stream;
        _isClient = isClient;
        _options = options;
        _identity = identity;
        _handler = handler;
        _logger = logger ?? NullLogger.Instance;
        _time = time ?? TimeProvider.System;
        _kex = new KeyExchangeEngine(isClient, options.Algorithms, options.IsSlim);
        // Closing a socket ends its reads; a registration for each of them would be for nothing.
        _readToken = stream is SocketStream ? CancellationToken.None : _stop.Token;
        (stream as SocketStream)?.LimitUnsent(UnsentLimit);
        _lastKeys = _time.GetTimestamp();
        _lastReceived = _time.GetTimestamp();
    }

    /// <summary>Completes when the first keys are in use.</summary>
    public Task Keyed => _keyed.Task;

    /// <summary>Completes when both loops have ended and the stream is closed; never faults.</summary>
    public Task Closed => _closed.Task;

    /// <summary>The peer's identification line.</summary>
    public IdentificationLine PeerIdentification { get; private set; }

    /// <summary>H of the first key exchange.</summary>
    public byte[] SessionId => _kex.SessionId ?? throw new InvalidOperationException("ssh: session id: expected keys to be exchanged");

    /// <summary>What was agreed last.</summary>
    public NegotiatedAlgorithms Negotiated => _kex.Negotiated ?? throw new InvalidOperationException("ssh: algorithms: expected keys to be exchanged");

    /// <summary>server-sig-algs of the peer (RFC 8308 §3.1); null when it told none.</summary>
    public IReadOnlyList<string>? PeerSignatureAlgorithms { get; private set; }

    /// <summary>Whether the server takes publickey-hostbound-v00@openssh.com (OpenSSH PROTOCOL §3.1).</summary>
    public bool PeerTakesHostbound { get; private set; }

    /// <summary>Client: the server's host key of the first key exchange, and its signature over <see cref="SessionId"/>.</summary>
    public (SshPublicKey HostKey, byte[] Signature)? InitialProof { get; private set; }

    /// <summary>When something last came from the peer, as a timestamp of the time provider.</summary>
    public long LastReceived => Volatile.Read(ref _lastReceived);

    /// <summary>Octets on the wire so far, out and in.</summary>
    public (long Sent, long Received) Octets => (_sentOctets, _receivedOctets);

    /// <summary>Whether a packet buffer is held in either direction.</summary>
    public bool HoldsBuffers => _reader.HoldsBuffer || _writer.HoldsBuffer;

    /// <summary>Whether the payloads of a batch stay valid, in pinned memory, until <see cref="ITransportHandler.OnBatchEnd"/>. Receive loop.</summary>
    public bool PayloadsStay => _reader.PayloadsStay;

    internal PacketReader Reader => _reader;

    internal PacketWriter Writer => _writer;

    /// <summary>Starts both loops.</summary>
    public void Start() => _ = RunAsync();

    /// <summary>Queues a control message.</summary>
    public void Send<T>(in T message)
        where T : ISshMessage<T>
    {
        int length = message.EncodedLength;
        if (length <= 512)
        {
            Span<byte> small = stackalloc byte[length];
            _ = message.Encode(small);
            Send(small);
            return;
        }

        byte[] payload = new byte[length];
        _ = message.Encode(payload);
        Send(payload);
    }

    /// <summary>Queues a control message by its encoding.</summary>
    public void Send(ReadOnlySpan<byte> payload)
    {
        if (payload.Length > PacketReader.MaximumBeforeAuthentication - 300) throw new ArgumentException($"ssh: message: expected at most 34700 octets, got {payload.Length}", nameof(payload));
        if (!_control.TryAdd(payload))
        {
            Fail(new TunnelException(TunnelError.ResourceShortage, $"ssh: output: expected the peer to read, got {MessageQueue.MaximumLength} octets that it left"));
            return;
        }

        Wake();
    }

    /// <summary>Lets the send loop look for work. Cheap; from the receive loop it takes effect at the end of the batch.</summary>
    public void Wake()
    {
        if (Volatile.Read(ref _receiveThread) != Environment.CurrentManagedThreadId) _wakeup.Signal();
    }

    /// <summary>Allows long packets and windows, and begins delayed compression: authentication is over.</summary>
    public void EndAuthentication()
    {
        _reader.Limit = PacketReader.Maximum;
        _authenticated = true;
        _stream.TrustPeer();
        // The peer's next packet is compressed; ours are from the one after SSH_MSG_USERAUTH_SUCCESS (the send loop sees to that).
        if (IncomingCompression == DelayedZlib) _reader.Decompressor ??= new Platform.Compression.ZlibStreamCodec(compress: false);
        if (_isClient) _compressFromNow = true;
    }

    /// <summary>Sends SSH_MSG_DISCONNECT and closes once it is written.</summary>
    public void Disconnect(DisconnectReason reason, string text, Exception? cause = null)
    {
        if (Volatile.Read(ref _closing) != 0) return;
        var message = new DisconnectMessage(reason, text.Length <= 200 ? text : text[..200], "");
        byte[] payload = new byte[message.EncodedLength];
        _ = message.Encode(payload);
        // The message stands before the send loop can see that it is due.
        if (Interlocked.CompareExchange(ref _disconnect, payload, null) is not null) return;
        _failure ??= cause ?? new TunnelException(TunnelError.Closed, "ssh: connection: closed by this side");
        Interlocked.Exchange(ref _closing, 1);
        if (!Volatile.Read(ref _sending))
        {
            // Nothing was agreed yet: there is no packet to say it in.
            Stop();
            return;
        }

        _wakeup.Signal();
        // A peer that does not read must not keep the connection.
        _ = CloseLaterAsync();
    }

    /// <summary>Closes at once for a reason found here; the peer is told if it still reads.</summary>
    public void Fail(Exception reason)
    {
        _failure ??= reason;
        if (reason is TunnelException { Error: TunnelError.ConnectionLost or TunnelError.Reset or TunnelError.TimedOut }) Stop();
        else Disconnect(ReasonOf(reason), reason is TunnelException ? reason.Message : "internal error", reason);
    }

    /// <summary>Closes without a word.</summary>
    public void Stop()
    {
        Interlocked.Exchange(ref _closing, 1);
        _stop.Cancel();
        _stream.Abort(TunnelError.Closed);
        _wakeup.Signal();
    }

    /// <inheritdoc/>
    public void Dispose() => Stop();

    private static DisconnectReason ReasonOf(Exception reason) => reason switch
    {
        TunnelException { Error: TunnelError.NoCommonAlgorithm } => DisconnectReason.KeyExchangeFailed,
        TunnelException { Error: TunnelError.HostKeyChanged or TunnelError.HostKeyRevoked or TunnelError.HostKeyUnknown } => DisconnectReason.HostKeyNotVerifiable,
        TunnelException { Error: TunnelError.ProtocolViolation } e when e.Message.StartsWith("Corrupted", StringComparison.Ordinal) => DisconnectReason.MacError,
        TunnelException { Error: TunnelError.AuthenticationFailed } => DisconnectReason.NoMoreAuthMethodsAvailable,
        TunnelException { Error: TunnelError.ProtocolViolation } => DisconnectReason.ProtocolError,
        _ => DisconnectReason.ByApplication,
    };

    private async Task RunAsync()
    {
        Task? sending = null;
        using ITimer? handshake = _handshake = _options.HandshakeTimeout > TimeSpan.Zero
            ? _time.CreateTimer(_ => HandshakeExpired(), null, _options.HandshakeTimeout, Timeout.InfiniteTimeSpan)
            : null;
        using ITimer rekey = _rekeyTimer = _time.CreateTimer(_ => RekeyByTime(), null, RekeyCheck(), RekeyCheck());
        try
        {
            await ExchangeIdentificationsAsync().ConfigureAwait(false);
            StartKeyExchange();
            Volatile.Write(ref _sending, true);
            sending = SendLoopAsync();
            await ReceiveLoopAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is TunnelException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            _failure ??= e;
            if (e is TunnelException t && sending is not null && t.Error is not (TunnelError.ConnectionLost or TunnelError.Reset or TunnelError.Closed)) Fail(e);
        }
        catch (Exception e)
        {
            LogUnexpected(_logger, e);
            _failure ??= e;
        }

        if (_disconnect is null || sending is null) Stop();
        if (sending is not null) await sending.ConfigureAwait(false);
        Stop();
        await EndAsync().ConfigureAwait(false);
    }

    private async ValueTask EndAsync()
    {
        Exception reason = _failure ?? new TunnelException(TunnelError.ConnectionLost, "ssh: connection: closed");
        _keyed.TrySetException(reason);
        _ = _keyed.Task.Exception;
        try
        {
            await _stream.DisposeAsync().ConfigureAwait(false);
            _handler.OnClosed(reason);
        }
        catch (Exception e)
        {
            // What stands above and beneath must not keep the connection from ending.
            LogUnexpected(_logger, e);
        }
        finally
        {
            _nextIncoming?.Dispose();
            while (_outgoingCiphers.TryDequeue(out Ciphers.PacketCipher? unused)) unused.Dispose();
            _reader.Dispose();
            _writer.Dispose();
            _kex.Dispose();
            _closed.TrySetResult();
        }
    }

    private void HandshakeExpired()
    {
        if (!_keyed.Task.IsCompleted) Abandon(new TunnelException(TunnelError.TimedOut, "ssh: key exchange: expected it to end in time, got none"));
    }

    private void Abandon(Exception reason)
    {
        _failure ??= reason;
        Stop();
    }

    private async Task CloseLaterAsync()
    {
        // Ours: how long a disconnect message may take to leave.
        await Task.WhenAny(_closed.Task, Task.Delay(TimeSpan.FromSeconds(2), _time)).ConfigureAwait(false);
        if (!_closed.Task.IsCompleted) Stop();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "ssh: unexpected failure")]
    private static partial void LogUnexpected(ILogger logger, Exception exception);
}
