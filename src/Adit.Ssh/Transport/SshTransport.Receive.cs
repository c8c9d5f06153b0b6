using System.Text;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Platform.EventLoops;
using Adit.Wire;
using Adit.Wire.Ssh;
using Microsoft.Extensions.Logging;

namespace Adit.Ssh.Transport;

/// <summary>The identification exchange and the receive loop.</summary>
internal sealed partial class SshTransport
{
    /// <summary>Ours: a receive that brought fewer octets is taken for interactive traffic, and its buffer is given back while waiting.</summary>
    private const int BulkReceive = 8 * 1024;

    /// <summary>Ours: the longest ping to echo.</summary>
    private const int MaximumPing = 32 * 1024;

    /// <summary>ssh(1)'s: characters of the peer's debug line that are shown.</summary>
    private const int MaximumDebug = 900;

    private long _lastReceived;
    private long _receivedOctets;
    private int _lastCount;

    // Linux forgets TCP_QUICKACK; set after each small receive it spares an unmodified sshd, which leaves Nagle's algorithm on for connections without
    // a terminal, a wait of 40 ms for a delayed acknowledgement.
    private bool _acknowledgesQuickly;

    /// <summary>The sequence number of the packet being handled, for SSH_MSG_UNIMPLEMENTED.</summary>
    public uint LastSequence => _reader.Sequence - 1;

    private async Task ExchangeIdentificationsAsync()
    {
        IdentificationLine own = IdentificationLine.Create(_options.SoftwareVersion, _options.Comment ?? "");
        byte[] line = new byte[own.EncodedLength];
        _ = own.Encode(line);
        await _stream.WriteAsync(line, _stop.Token).ConfigureAwait(false);
        var identification = new IdentificationReader(allowLinesBefore: _isClient);
        DecodeStatus status = DecodeStatus.Truncated;
        while (status == DecodeStatus.Truncated)
        {
            if (!await ReceiveAsync().ConfigureAwait(false))
            {
                throw new TunnelException(TunnelError.ConnectionLost, "ssh: identification: Connection closed by remote host");
            }

            status = identification.Receive(_reader.Unread, out int consumed);
            _reader.Skip(consumed);
        }

        if (status != DecodeStatus.Ok)
        {
            string text = status == DecodeStatus.Unsupported ? "Protocol major versions differ" : "Invalid SSH identification string";
            if (!_isClient) await _stream.WriteAsync(Encoding.ASCII.GetBytes(text + ".\r\n"), _stop.Token).ConfigureAwait(false);
            throw new TunnelException(TunnelError.ProtocolViolation, $"ssh: identification: expected SSH-2.0-…, got \"{identification.LineSoFar}\" ({text})");
        }

        PeerIdentification = identification.Line;
        _acknowledgesQuickly = _isClient && !PeerIdentification.SoftwareVersion.StartsWith("Adit_", StringComparison.Ordinal);
        (byte[] client, byte[] server) = _isClient ? (own.Octets, PeerIdentification.Octets) : (PeerIdentification.Octets, own.Octets);
        _kex.Identifications = (client, server);
        LogIdentification(_logger, PeerIdentification.ProtocolVersion, PeerIdentification.SoftwareVersion);
    }

    private async Task ReceiveLoopAsync()
    {
        for (int batches = 1; ; batches++)
        {
            Volatile.Write(ref _receiveThread, Environment.CurrentManagedThreadId);
            Task? pending = null;
            try
            {
                while (pending is null && _reader.TryNext(out ReadOnlySpan<byte> payload)) pending = Dispatch(payload);
            }
            finally
            {
                _handler.OnBatchEnd();
                Volatile.Write(ref _receiveThread, 0);
            }

            if (pending is not null)
            {
                // What was queued so far does not wait for a signature or for a user's word.
                if (!pending.IsCompleted) _wakeup.Signal();
                await pending.ConfigureAwait(false);
                continue;
            }

            _wakeup.Signal();
            CheckRekey(_reader.OctetsSinceKeys, _reader.PacketsSinceKeys, outgoing: false);
            if (batches % BatchesBeforeYield == 0) await EventLoop.Yield();
            if (!await ReceiveAsync().ConfigureAwait(false))
            {
                throw new TunnelException(TunnelError.ConnectionLost, "ssh: connection: closed by remote host");
            }
        }
    }

    /// <summary>Receives more octets; false at the end of the stream.</summary>
    private async ValueTask<bool> ReceiveAsync()
    {
        if (_lastCount < BulkReceive && _reader.IsEmpty && _stream is IReadyStream ready)
        {
            _reader.Release();
            await ready.WaitReadableAsync(_readToken).ConfigureAwait(false);
        }

        int count = await _stream.ReadAsync(_reader.Room, _readToken).ConfigureAwait(false);
        _lastCount = count;
        _reader.Received(count);
        _receivedOctets += count;
        Volatile.Write(ref _lastReceived, _time.GetTimestamp());
        if (_acknowledgesQuickly && count < BulkReceive) (_stream as SocketStream)?.AcknowledgeQuickly();
        return count > 0;
    }

    /// <summary>Handles one message; a task where it takes longer than the message is valid.</summary>
    private Task? Dispatch(ReadOnlySpan<byte> payload)
    {
        var number = (MessageNumber)payload[0];
        if (number is >= MessageNumber.KexInit and < (MessageNumber)50) return HandleKeyExchangeAsync(number, payload.ToArray());
        if (_kex.PeerStarted || !_keyed.Task.IsCompleted) RefuseDuringKeyExchange(number);
        switch (number)
        {
            case MessageNumber.Disconnect:
                throw Disconnected(payload);
            case MessageNumber.Ignore:
                break;
            case MessageNumber.Debug:
                if (_isClient && _logger.IsEnabled(LogLevel.Debug) && DebugMessage.TryDecode(payload, out DebugMessage debug, out _) == DecodeStatus.Ok) LogRemote(_logger, new([.. debug.Text.Take(MaximumDebug).Select(c => char.IsControl(c) ? '?' : c)]));
                break;
            case MessageNumber.Unimplemented:
                LogUnimplemented(_logger);
                break;
            case MessageNumber.ExtInfo:
                HandleExtInfo(payload);
                break;
            case MessageNumber.Ping:
                if (payload.Length > MaximumPing) throw new TunnelException(TunnelError.ProtocolViolation, $"SSH2_MSG_PING: expected at most {MaximumPing} octets, got {payload.Length}");
                if (PingMessage.TryDecode(payload, out PingMessage ping, out _) == DecodeStatus.Ok) Send(new PongMessage(ping.Data));
                break;
            case MessageNumber.Pong:
                break;
            default:
                _handler.OnMessage(number, payload);
                break;
        }

        return null;
    }

    private void RefuseDuringKeyExchange(MessageNumber number)
    {
        bool first = !_keyed.Task.IsCompleted;
        // RFC 4253 §7.1 lets transport messages pass; strict key exchange lets nothing pass in the first one.
        bool allowed = number is MessageNumber.Disconnect
            || (number is MessageNumber.Ignore or MessageNumber.Debug or MessageNumber.Unimplemented && !(first && _kex.PeerStarted && _kex.IsStrict));
        if (!allowed)
        {
            throw new TunnelException(TunnelError.ProtocolViolation, $"ssh: key exchange: expected its messages only, got {(int)number}");
        }
    }

    private static TunnelException Disconnected(ReadOnlySpan<byte> payload)
    {
        if (DisconnectMessage.TryDecode(payload, out DisconnectMessage message, out _) != DecodeStatus.Ok)
        {
            return new TunnelException(TunnelError.ConnectionLost, "ssh: connection: closed by remote host");
        }

        string text = new([.. message.Description.Take(300).Select(c => char.IsControl(c) ? '?' : c)]);
        TunnelError error = message.Reason switch
        {
            DisconnectReason.NoMoreAuthMethodsAvailable => TunnelError.AuthenticationFailed,
            DisconnectReason.HostNotAllowedToConnect => TunnelError.PermissionDenied,
            DisconnectReason.TooManyConnections => TunnelError.ResourceShortage,
            _ => TunnelError.ConnectionLost,
        };
        return new TunnelException(error, $"Received disconnect: {(uint)message.Reason}: {text}");
    }

    private void HandleExtInfo(ReadOnlySpan<byte> payload)
    {
        if (ExtInfoMessage.TryDecode(payload, out ExtInfoMessage message, out _) != DecodeStatus.Ok) throw new TunnelException(TunnelError.ProtocolViolation, "SSH_MSG_EXT_INFO: malformed");
        foreach (SshExtension extension in message.Extensions)
        {
            if (extension.Name == "publickey-hostbound@openssh.com") PeerTakesHostbound = extension.Value.Span.SequenceEqual("0"u8);
            if (extension.Name != "server-sig-algs") continue;
            PeerSignatureAlgorithms = Encoding.ASCII.GetString(extension.Value.Span).Split(',');
            LogSignatureAlgorithms(_logger, string.Join(',', PeerSignatureAlgorithms.Take(40)));
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Remote protocol version {Protocol}, remote software version {Version}")]
    private static partial void LogIdentification(ILogger logger, string protocol, string version);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Remote: {Text}")]
    private static partial void LogRemote(ILogger logger, string text);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Received SSH2_MSG_UNIMPLEMENTED")]
    private static partial void LogUnimplemented(ILogger logger);

    [LoggerMessage(Level = LogLevel.Debug, Message = "kex_input_ext_info: server-sig-algs=<{Algorithms}>")]
    private static partial void LogSignatureAlgorithms(ILogger logger, string algorithms);
}
