namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_KEXINIT (RFC 4253 §7.1): the algorithms one side offers, preferred first.</summary>
/// <remarks>
/// <code>
/// byte      SSH_MSG_KEXINIT
/// byte[16]  cookie (random bytes)
/// name-list kex_algorithms
/// name-list server_host_key_algorithms
/// name-list encryption_algorithms_client_to_server
/// name-list encryption_algorithms_server_to_client
/// name-list mac_algorithms_client_to_server
/// name-list mac_algorithms_server_to_client
/// name-list compression_algorithms_client_to_server
/// name-list compression_algorithms_server_to_client
/// name-list languages_client_to_server
/// name-list languages_server_to_client
/// boolean   first_kex_packet_follows
/// uint32    0 (reserved for future extension)
/// </code>
/// </remarks>
public readonly record struct KexInitMessage : ISshMessage<KexInitMessage>
{
    /// <summary>Octets of the cookie.</summary>
    public const int CookieLength = 16;

    /// <summary>Makes an offer whose lists are all empty.</summary>
    public KexInitMessage()
    {
    }

    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.KexInit;

    /// <summary>16 random octets.</summary>
    public required ReadOnlyMemory<byte> Cookie { get; init; }

    /// <summary>kex_algorithms, with the markers of RFC 8308 and strict kex.</summary>
    public string[] KexAlgorithms { get; init; } = [];

    /// <summary>server_host_key_algorithms.</summary>
    public string[] ServerHostKeyAlgorithms { get; init; } = [];

    /// <summary>encryption_algorithms_client_to_server.</summary>
    public string[] EncryptionClientToServer { get; init; } = [];

    /// <summary>encryption_algorithms_server_to_client.</summary>
    public string[] EncryptionServerToClient { get; init; } = [];

    /// <summary>mac_algorithms_client_to_server.</summary>
    public string[] MacClientToServer { get; init; } = [];

    /// <summary>mac_algorithms_server_to_client.</summary>
    public string[] MacServerToClient { get; init; } = [];

    /// <summary>compression_algorithms_client_to_server.</summary>
    public string[] CompressionClientToServer { get; init; } = [];

    /// <summary>compression_algorithms_server_to_client.</summary>
    public string[] CompressionServerToClient { get; init; } = [];

    /// <summary>languages_client_to_server; usually empty.</summary>
    public string[] LanguagesClientToServer { get; init; } = [];

    /// <summary>languages_server_to_client; usually empty.</summary>
    public string[] LanguagesServerToClient { get; init; } = [];

    /// <summary>first_kex_packet_follows: the next packet is a guess of the key exchange.</summary>
    public bool FirstKexPacketFollows { get; init; }

    /// <summary>Reserved: 0; what a peer sent is kept, for it is part of the exchange hash.</summary>
    public uint Reserved { get; init; }

    /// <inheritdoc/>
    public int EncodedLength => 1 + CookieLength
        + SshWriter.NameListLength(KexAlgorithms) + SshWriter.NameListLength(ServerHostKeyAlgorithms)
        + SshWriter.NameListLength(EncryptionClientToServer) + SshWriter.NameListLength(EncryptionServerToClient)
        + SshWriter.NameListLength(MacClientToServer) + SshWriter.NameListLength(MacServerToClient)
        + SshWriter.NameListLength(CompressionClientToServer) + SshWriter.NameListLength(CompressionServerToClient)
        + SshWriter.NameListLength(LanguagesClientToServer) + SshWriter.NameListLength(LanguagesServerToClient)
        + 1 + 4;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out KexInitMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (reader.ExpectMessage(Number) is not DecodeStatus.Ok and var status) return status;
        if (!reader.TryReadBytes(CookieLength, out ReadOnlySpan<byte> cookie) ||
            !reader.TryReadNameList(out string[] kexAlgorithms) ||
            !reader.TryReadNameList(out string[] serverHostKeyAlgorithms) ||
            !reader.TryReadNameList(out string[] encryptionClientToServer) ||
            !reader.TryReadNameList(out string[] encryptionServerToClient) ||
            !reader.TryReadNameList(out string[] macClientToServer) ||
            !reader.TryReadNameList(out string[] macServerToClient) ||
            !reader.TryReadNameList(out string[] compressionClientToServer) ||
            !reader.TryReadNameList(out string[] compressionServerToClient) ||
            !reader.TryReadNameList(out string[] languagesClientToServer) ||
            !reader.TryReadNameList(out string[] languagesServerToClient) ||
            !reader.TryReadBoolean(out bool firstKexPacketFollows) ||
            !reader.TryReadUInt32(out uint reserved)) return DecodeStatus.Truncated;
        value = new KexInitMessage
        {
            Cookie = cookie.ToArray(),
            KexAlgorithms = kexAlgorithms,
            ServerHostKeyAlgorithms = serverHostKeyAlgorithms,
            EncryptionClientToServer = encryptionClientToServer,
            EncryptionServerToClient = encryptionServerToClient,
            MacClientToServer = macClientToServer,
            MacServerToClient = macServerToClient,
            CompressionClientToServer = compressionClientToServer,
            CompressionServerToClient = compressionServerToClient,
            LanguagesClientToServer = languagesClientToServer,
            LanguagesServerToClient = languagesServerToClient,
            FirstKexPacketFollows = firstKexPacketFollows,
            Reserved = reserved,
        };
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The destination is too small, or <see cref="Cookie"/> is not 16 octets.</exception>
    public int Encode(Span<byte> destination)
    {
        if (Cookie.Length != CookieLength) throw new ArgumentException($"KEXINIT: cookie: expected {CookieLength} octets, got {Cookie.Length}");
        var writer = new SshWriter(destination);
        writer.WriteMessage(Number);
        writer.WriteBytes(Cookie.Span);
        writer.WriteNameList(KexAlgorithms);
        writer.WriteNameList(ServerHostKeyAlgorithms);
        writer.WriteNameList(EncryptionClientToServer);
        writer.WriteNameList(EncryptionServerToClient);
        writer.WriteNameList(MacClientToServer);
        writer.WriteNameList(MacServerToClient);
        writer.WriteNameList(CompressionClientToServer);
        writer.WriteNameList(CompressionServerToClient);
        writer.WriteNameList(LanguagesClientToServer);
        writer.WriteNameList(LanguagesServerToClient);
        writer.WriteBoolean(FirstKexPacketFollows);
        writer.WriteUInt32(Reserved);
        return writer.Written;
    }
}
