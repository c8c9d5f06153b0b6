using System.Security.Cryptography;
using Adit.Core;
using Adit.Ssh.Ciphers;
using Adit.Wire;
using Adit.Wire.Ssh;

namespace Adit.Ssh.KeyExchange;

/// <summary>
/// The key exchange of RFC 4253 §7 as a pure state machine: messages go in, messages and at last keys come out. One object serves a connection
/// through all its exchanges. The caller serialises calls, signs or verifies with the host key, and puts the keys to use at NEWKEYS.
/// </summary>
internal sealed class KeyExchangeEngine : IDisposable
{
    private readonly bool _isClient;
    private readonly SshAlgorithms _algorithms;
    private byte[]? _ownInit;
    private byte[]? _peerInit;
    private KexInitMessage _ownOffer;
    private KeyAgreement? _agreement;
    private byte[] _encodedSecret = [];
    private bool _first = true;

    private readonly bool _isSlim;

    public KeyExchangeEngine(bool isClient, SshAlgorithms algorithms, bool isSlim = false)
    {
        _isClient = isClient;
        _algorithms = algorithms;
        _isSlim = isSlim;
    }

    /// <summary>The content of each side's identification line, without its end.</summary>
    public (byte[] Client, byte[] Server) Identifications { get; set; }

    /// <summary>Whether this side's offer is out and the exchange not over.</summary>
    public bool InProgress => _ownInit is not null;

    /// <summary>Whether the peer's offer is in and the exchange not over.</summary>
    public bool PeerStarted => _peerInit is not null;

    /// <summary>Whether both offers carry the markers of strict key exchange; settled by the first ones for good.</summary>
    public bool IsStrict { get; private set; }

    /// <summary>Whether the peer takes SSH_MSG_EXT_INFO (RFC 8308 §2.1).</summary>
    public bool PeerTakesExtInfo { get; private set; }

    /// <summary>Whether the next key exchange packet of the peer rests on a wrong guess and must be thrown away (RFC 4253 §7.1).</summary>
    public bool IgnoreNextGuess { get; private set; }

    /// <summary>What was agreed in the exchange under way, or the last one.</summary>
    public NegotiatedAlgorithms? Negotiated { get; private set; }

    /// <summary>H of the exchange under way.</summary>
    public byte[] Hash { get; private set; } = [];

    /// <summary>H of the first exchange.</summary>
    public byte[]? SessionId { get; private set; }

    /// <summary>Starts an exchange from this side, or answers the peer's start.</summary>
    /// <returns>The SSH_MSG_KEXINIT to send.</returns>
    public byte[] Start()
    {
        string[] kex = _first
            ? [.. _algorithms.KeyExchange, .. Markers().Skip(_isSlim ? 1 : 0)]
            : [.. _algorithms.KeyExchange];
        _ownOffer = new KexInitMessage
        {
            Cookie = RandomNumberGenerator.GetBytes(KexInitMessage.CookieLength),
            KexAlgorithms = kex,
            ServerHostKeyAlgorithms = [.. _algorithms.HostKey],
            EncryptionClientToServer = [.. _algorithms.Cipher],
            EncryptionServerToClient = [.. _algorithms.Cipher],
            MacClientToServer = [.. _algorithms.Mac],
            MacServerToClient = [.. _algorithms.Mac],
            CompressionClientToServer = [.. _algorithms.Compression],
            CompressionServerToClient = [.. _algorithms.Compression],
        };
        _ownInit = new byte[_ownOffer.EncodedLength];
        _ = _ownOffer.Encode(_ownInit);
        return _ownInit;
    }

    /// <summary>Takes the peer's SSH_MSG_KEXINIT; this side's must be out.</summary>
    /// <exception cref="TunnelException">It is malformed, a repetition, or shares no algorithm.</exception>
    public void ReceiveInit(ReadOnlySpan<byte> payload)
    {
        if (_peerInit is not null) throw Violation("SSH_MSG_KEXINIT: expected one in an exchange, got a second");
        if (KexInitMessage.TryDecode(payload, out KexInitMessage offer, out _) is not DecodeStatus.Ok and var status)
        {
            throw Violation($"SSH_MSG_KEXINIT: expected a well-formed message, got {status}");
        }

        _peerInit = payload.ToArray();
        (KexInitMessage client, KexInitMessage server) = _isClient ? (_ownOffer, offer) : (offer, _ownOffer);
        if (_first)
        {
            IsStrict = Array.IndexOf(offer.KexAlgorithms, _isClient ? NegotiatedAlgorithms.StrictServer : NegotiatedAlgorithms.StrictClient) >= 0;
            PeerTakesExtInfo = Array.IndexOf(offer.KexAlgorithms, _isClient ? NegotiatedAlgorithms.ExtInfoServer : NegotiatedAlgorithms.ExtInfoClient) >= 0;
        }

        Negotiated = NegotiatedAlgorithms.Negotiate(client, server, _isClient);
        IgnoreNextGuess = offer.FirstKexPacketFollows
            && (First(offer.KexAlgorithms) != First(_ownOffer.KexAlgorithms) || First(offer.ServerHostKeyAlgorithms) != First(_ownOffer.ServerHostKeyAlgorithms));
        _agreement = KeyAgreement.Create(Negotiated.KeyExchange, _isClient);
    }

    /// <summary>The wrongly guessed packet was thrown away.</summary>
    public void GuessIgnored() => IgnoreNextGuess = false;

    /// <summary>The client's SSH_MSG_KEXDH_INIT.</summary>
    public KexDhInitMessage CreateDhInit() => new(Agreement().PublicValue);

    /// <summary>Server: computes the secret and H, which the host key then signs.</summary>
    /// <returns>The server's public value for SSH_MSG_KEXDH_REPLY.</returns>
    /// <exception cref="TunnelException">The message is malformed or its value refused.</exception>
    public byte[] ReceiveDhInit(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> hostKey)
    {
        if (KexDhInitMessage.TryDecode(payload, out KexDhInitMessage message, out _) != DecodeStatus.Ok) throw Violation("SSH_MSG_KEXDH_INIT: malformed");
        Agree(message.PublicValue.Span, hostKey);
        return Agreement().PublicValue;
    }

    /// <summary>Client: computes the secret and H; the signature over H is the caller's to verify.</summary>
    /// <exception cref="TunnelException">The message is malformed or its value refused.</exception>
    public KexDhReplyMessage ReceiveDhReply(ReadOnlySpan<byte> payload)
    {
        if (KexDhReplyMessage.TryDecode(payload, out KexDhReplyMessage message, out _) != DecodeStatus.Ok) throw Violation("SSH_MSG_KEXDH_REPLY: malformed");
        Agree(message.PublicValue.Span, message.HostKey.Span);
        return message;
    }

    /// <summary>The protection of both directions by the new keys.</summary>
    public (PacketCipher Outgoing, PacketCipher Incoming) CreateCiphers()
    {
        SessionId ??= Hash;
        PacketCipher toServer = CreateCipher(Negotiated!.CipherClientToServer, Negotiated.MacClientToServer, 'A', 'C', 'E', _isClient);
        PacketCipher toClient = CreateCipher(Negotiated.CipherServerToClient, Negotiated.MacServerToClient, 'B', 'D', 'F', !_isClient);
        CryptographicOperations.ZeroMemory(_encodedSecret);
        return _isClient ? (toServer, toClient) : (toClient, toServer);
    }

    /// <summary>Both sides' NEWKEYS have passed: the exchange is over.</summary>
    public void Finish()
    {
        _ownInit = null;
        _peerInit = null;
        _first = false;
        _agreement?.Dispose();
        _agreement = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _agreement?.Dispose();
        CryptographicOperations.ZeroMemory(_encodedSecret);
    }

    private static string First(string[] names) => names.Length > 0 ? names[0] : "";

    private static TunnelException Violation(string message) => new(TunnelError.ProtocolViolation, message);

    private string[] Markers() => _isClient
        ? [NegotiatedAlgorithms.ExtInfoClient, NegotiatedAlgorithms.StrictClient]
        : [NegotiatedAlgorithms.ExtInfoServer, NegotiatedAlgorithms.StrictServer];

    private KeyAgreement Agreement() => _agreement ?? throw Violation("key exchange: expected SSH_MSG_KEXINIT first");

    private void Agree(ReadOnlySpan<byte> peer, ReadOnlySpan<byte> hostKey)
    {
        KeyAgreement agreement = Agreement();
        if (!agreement.TryAgree(peer, out byte[] secret)) throw Violation($"{Negotiated!.KeyExchange}: public value of the peer: refused");
        _encodedSecret = ExchangeHash.EncodeSecret(secret, agreement.SecretIsString);
        CryptographicOperations.ZeroMemory(secret);
        (byte[], byte[]) inits = _isClient ? (_ownInit!, _peerInit!) : (_peerInit!, _ownInit!);
        ReadOnlySpan<byte> own = agreement.PublicValue;
        Hash = ExchangeHash.Compute(agreement.Hash, Identifications, inits, hostKey, _isClient ? own : peer, _isClient ? peer : own, _encodedSecret);
    }

    private PacketCipher CreateCipher(string cipherName, string macName, char ivLetter, char keyLetter, char macLetter, bool encrypt)
    {
        CipherAlgorithm cipher = CipherAlgorithm.Find(cipherName)!;
        MacAlgorithm? mac = cipher.IsAead ? null : MacAlgorithm.Find(macName);
        HashAlgorithmName hash = Agreement().Hash;
        byte[] iv = ExchangeHash.DeriveKey(hash, _encodedSecret, Hash, ivLetter, SessionId, cipher.IvLength);
        byte[] key = ExchangeHash.DeriveKey(hash, _encodedSecret, Hash, keyLetter, SessionId, cipher.KeyLength);
        byte[] macKey = ExchangeHash.DeriveKey(hash, _encodedSecret, Hash, macLetter, SessionId, mac?.Length ?? 0);
        PacketCipher result = cipher.Create(key, iv, mac, macKey, encrypt);
        CryptographicOperations.ZeroMemory(key);
        CryptographicOperations.ZeroMemory(macKey);
        return result;
    }
}
