using System.Collections.Concurrent;
using System.Text;
using Adit.Core;
using Adit.Platform.Compression;
using Adit.Ssh.Ciphers;
using Adit.Ssh.KeyExchange;
using Adit.Ssh.Keys;
using Adit.Wire.Ssh;
using Microsoft.Extensions.Logging;

namespace Adit.Ssh.Transport;

/// <summary>Key exchange: when to start one, and its steps. The steps run on the receive loop.</summary>
internal sealed partial class SshTransport
{
    /// <summary>RFC 4344 §3.1 demands new keys by 2^32 packets; ours, OpenSSH's and well before the sequence number wraps.</summary>
    private const uint RekeyPackets = 1u << 31;

    private readonly ConcurrentQueue<PacketCipher> _outgoingCiphers = new();
    private PacketCipher? _nextIncoming;
    private long _lastKeys;
    private bool _successSealed;
    private bool _rekeyWanted;
    private ITimer? _rekeyTimer;
    private volatile RekeyLimits _rekeyLimits = new(null, 0, 0);

    /// <summary>The server's public host key of the first key exchange; null before it, and on the client's side.</summary>
    public ReadOnlyMemory<byte>? ServerHostKey { get; private set; }

    /// <summary>Changes when keys are exchanged anew.</summary>
    /// <param name="octets">Octets one way; 0 leaves it.</param>
    /// <param name="interval">The time; zero for never, null leaves it.</param>
    public void ChangeRekeying(long octets, TimeSpan? interval)
    {
        if (octets > 0) _options = _options with { RekeyOctets = octets };
        if (interval is not { } time) return;
        _options = _options with { RekeyInterval = time };
        _rekeyTimer?.Change(RekeyCheck(), RekeyCheck());
    }

    /// <summary>Starts a key exchange unless one is under way.</summary>
    public void StartKeyExchange()
    {
        lock (_kexLock)
        {
            if (_kex.InProgress || Volatile.Read(ref _closing) != 0) return;
            if (!_isClient && _keyed.Task.IsCompleted && !_successSealed)
            {
                // Compression begins with SSH_MSG_USERAUTH_SUCCESS: an exchange across it would leave open which of its messages are compressed.
                _rekeyWanted = true;
                return;
            }

            SendInKeyExchange(_kex.Start());
        }

        Wake();
    }

    private void CheckRekey(long octets, uint packets, bool outgoing)
    {
        if (!_authenticated) return;
        if (octets >= RekeyOctets(outgoing) || packets >= RekeyPackets) StartKeyExchange();
    }

    private long RekeyOctets(bool outgoing)
    {
        NegotiatedAlgorithms agreed = Negotiated;
        RekeyLimits limits = _rekeyLimits;
        if (!ReferenceEquals(limits.Of, agreed)) _rekeyLimits = limits = new RekeyLimits(agreed, Limit(agreed.CipherClientToServer), Limit(agreed.CipherServerToClient));
        return outgoing == _isClient ? limits.FromClient : limits.FromServer;

        long Limit(string cipher) => Math.Min(_options.RekeyOctets, CipherAlgorithm.Find(cipher)!.RekeyOctets);
    }

    // Ours: a quarter of the time, so that it is kept within that, but at least every minute and at most every second.
    private TimeSpan RekeyCheck() => TimeSpan.FromSeconds(Math.Clamp(_options.RekeyInterval.TotalSeconds / 4, 1, 60));

    private void RekeyByTime()
    {
        if (_authenticated && _options.RekeyInterval > TimeSpan.Zero && _time.GetElapsedTime(_lastKeys) >= _options.RekeyInterval) StartKeyExchange();
    }

    private void SendInKeyExchange(ReadOnlySpan<byte> payload)
    {
        if (!_kexMessages.TryAdd(payload)) throw new TunnelException(TunnelError.ResourceShortage, "ssh: key exchange: expected the peer to read");
    }

    private void SendInKeyExchange<T>(in T message)
        where T : ISshMessage<T>
    {
        byte[] payload = new byte[message.EncodedLength];
        _ = message.Encode(payload);
        SendInKeyExchange(payload);
    }

    private async Task HandleKeyExchangeAsync(MessageNumber number, byte[] payload)
    {
        if (number == MessageNumber.KexInit)
        {
            ReceiveKexInit(payload);
            return;
        }

        if (!_kex.PeerStarted) throw Unexpected(number);
        if (_kex.IgnoreNextGuess && number != MessageNumber.NewKeys)
        {
            _kex.GuessIgnored();
            return;
        }

        switch (number)
        {
            case MessageNumber.KexDhInit when !_isClient && _nextIncoming is null:
                await AnswerAsync(payload).ConfigureAwait(false);
                break;
            case MessageNumber.KexDhReply when _isClient && _nextIncoming is null:
                await JudgeAsync(payload).ConfigureAwait(false);
                break;
            case MessageNumber.NewKeys when _nextIncoming is not null:
                UseNewKeys();
                break;
            default:
                throw Unexpected(number);
        }
    }

    private static TunnelException Unexpected(MessageNumber number) =>
        new(TunnelError.ProtocolViolation, $"ssh: key exchange: expected another message, got {(int)number} out of order");

    private void ReceiveKexInit(byte[] payload)
    {
        lock (_kexLock)
        {
            if (!_kex.InProgress) SendInKeyExchange(_kex.Start());
            _kex.ReceiveInit(payload);
        }

        // Strict key exchange: the very first packet of each side is KEXINIT (OpenSSH PROTOCOL §1.10).
        if (!_keyed.Task.IsCompleted && _kex.IsStrict && _reader.Sequence != 1)
        {
            throw new TunnelException(TunnelError.ProtocolViolation, "ssh: strict key exchange: expected KEXINIT as the first packet");
        }

        NegotiatedAlgorithms n = _kex.Negotiated!;
        LogKex(_logger, n.KeyExchange);
        LogHostKeyAlgorithm(_logger, n.HostKey);
        LogDirection(_logger, "client->server", n.CipherClientToServer, MacName(n.MacClientToServer), n.CompressionClientToServer);
        LogDirection(_logger, "server->client", n.CipherServerToClient, MacName(n.MacServerToClient), n.CompressionServerToClient);
        if (_isClient) SendInKeyExchange(_kex.CreateDhInit());
        Wake();
    }

    private static string MacName(string mac) => mac.Length == 0 ? "<implicit>" : mac;

    private async Task AnswerAsync(byte[] payload)
    {
        string algorithm = _kex.Negotiated!.HostKey;
        ISshSigner hostKey = _identity.FindHostKey(algorithm) ?? throw new TunnelException(TunnelError.BadConfiguration, $"ssh: host key: expected one for {algorithm}, got none");
        byte[] own = _kex.ReceiveDhInit(payload, hostKey.PublicKey.Blob.Span);
        ServerHostKey ??= hostKey.PublicKey.Blob;
        byte[] signature = await hostKey.SignAsync(algorithm, _kex.Hash, _stop.Token).ConfigureAwait(false);
        SendInKeyExchange(new KexDhReplyMessage(hostKey.PublicKey.Blob, own, signature));
        SendNewKeys();
    }

    private async Task JudgeAsync(byte[] payload)
    {
        KexDhReplyMessage reply = _kex.ReceiveDhReply(payload);
        string algorithm = _kex.Negotiated!.HostKey;
        if (!SshPublicKey.TryDecode(reply.HostKey.Span, out SshPublicKey? hostKey, out string? why))
        {
            throw new TunnelException(TunnelError.ProtocolViolation, $"ssh: host key: {why}");
        }

        if (hostKey.IsTooShort(_options.Algorithms.RequiredRsaBits))
        {
            throw new TunnelException(TunnelError.HostKeyUnknown, $"ssh: Bad server host key: Invalid key length: expected {_options.Algorithms.RequiredRsaBits} bits of RSA, got {hostKey.Bits}");
        }

        if (!hostKey.SignatureAlgorithms.Contains(algorithm) || !hostKey.Verify(_kex.Hash, reply.Signature.Span, [algorithm]))
        {
            throw new TunnelException(TunnelError.ProtocolViolation, "ssh: host key: expected its valid signature over the key exchange, got another: incorrect signature");
        }

        LogHostKey(_logger, hostKey.KeyType, hostKey.FingerprintBy(_options.FingerprintHash));
        if (!_keyed.Task.IsCompleted) InitialProof = (hostKey, reply.Signature.ToArray());

        // A user may be asked, and takes the time that it takes.
        _handshake?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        await _identity.VerifyHostKeyAsync(hostKey, _stop.Token).ConfigureAwait(false);
        _handshake?.Change(_options.HandshakeTimeout, Timeout.InfiniteTimeSpan);
        SendNewKeys();
    }

    private void SendNewKeys()
    {
        (PacketCipher outgoing, PacketCipher incoming) = _kex.CreateCiphers();
        _nextIncoming = incoming;
        _outgoingCiphers.Enqueue(outgoing);
        SendInKeyExchange(default(NewKeysMessage));
        if (!_keyed.Task.IsCompleted && !_isClient && _kex.PeerTakesExtInfo)
        {
            // RFC 8308 §2.4: as the first message after NEWKEYS.
            byte[] algorithms = Encoding.ASCII.GetBytes(string.Join(',', _options.Algorithms.UserKey));
            SendInKeyExchange(new ExtInfoMessage([
                new SshExtension("server-sig-algs", algorithms),
                new SshExtension("publickey-hostbound@openssh.com", "0"u8.ToArray()),
                new SshExtension("ping@openssh.com", "0"u8.ToArray()),
            ]));
        }

        LogNewKeysSent(_logger);
        Wake();
    }

    private void UseNewKeys()
    {
        _reader.ChangeCipher(_nextIncoming!);
        _nextIncoming = null;
        if (_kex.IsStrict) _reader.Sequence = 0;
        _reader.Decompressor?.Dispose();
        _reader.Decompressor = _authenticated && IncomingCompression == DelayedZlib ? new ZlibStreamCodec(compress: false) : null;

        lock (_kexLock) _kex.Finish();
        _lastKeys = _time.GetTimestamp();
        LogNewKeysReceived(_logger);
        _keyed.TrySetResult();
        Wake();
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "kex: algorithm: {Name}")]
    private static partial void LogKex(ILogger logger, string name);

    [LoggerMessage(Level = LogLevel.Debug, Message = "kex: host key algorithm: {Name}")]
    private static partial void LogHostKeyAlgorithm(ILogger logger, string name);

    [LoggerMessage(Level = LogLevel.Debug, Message = "kex: {Direction} cipher: {Cipher} MAC: {Mac} compression: {Compression}")]
    private static partial void LogDirection(ILogger logger, string direction, string cipher, string mac, string compression);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Server host key: {Type} {Fingerprint}")]
    private static partial void LogHostKey(ILogger logger, string type, string fingerprint);

    [LoggerMessage(Level = LogLevel.Debug, Message = "SSH2_MSG_NEWKEYS sent")]
    private static partial void LogNewKeysSent(ILogger logger);

    [LoggerMessage(Level = LogLevel.Debug, Message = "SSH2_MSG_NEWKEYS received")]
    private static partial void LogNewKeysReceived(ILogger logger);

    /// <summary>Octets after which new keys are due, by direction, for what was agreed.</summary>
    private sealed record RekeyLimits(NegotiatedAlgorithms? Of, long FromClient, long FromServer);
}
