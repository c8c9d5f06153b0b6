using Adit.Wire.Ssh;

namespace Adit.TestKit.Codecs;

// RFC 4253, RFC 5656, RFC 8308, OpenSSH PROTOCOL.
public static partial class SshCodecCases
{
    // Captured from OpenSSH_9.2p1 Debian-2+deb12u10.
    private const string OpenSshKexInit =
        """
        14 09ec83d3ce900506b03482593034f293
        s'sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,diffie-hellman-group14-sha256,kex-strict-s-v00@openssh.com'
        s'ssh-ed25519'
        s'chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com'
        s'chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com'
        s'umac-64-etm@openssh.com,umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha1-etm@openssh.com,umac-64@openssh.com,umac-128@openssh.com,hmac-sha2-256,hmac-sha2-512,hmac-sha1'
        s'umac-64-etm@openssh.com,umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha1-etm@openssh.com,umac-64@openssh.com,umac-128@openssh.com,hmac-sha2-256,hmac-sha2-512,hmac-sha1'
        s'none,zlib@openssh.com' s'none,zlib@openssh.com' s'' s'' 00 u32:0
        """;

    // The same server's answer to a curve25519 public value of the base point.
    private const string OpenSshKexReply =
        """
        1f s:0000000b7373682d6564323535313900000020b3fa12540807a01e2b4bf3c8b77da00e5481d833c2d8fcf8228d84c705f4a105
        s:cd4f0496715da23fe9acb7292d2b5f28748d406d8ce13cae6e7c63ab4b61915f
        s:0000000b7373682d6564323535313900000040c309e3cdde7176d7035d1e288b292cafb47481c60f5792a5de387df44b2ab3f3fbcbaa9b6597d42ec6d59fb37bc79df35a3f51bf008858fbf3ad3d400b17ad08
        """;

    private static string[] OpenSshMacs =>
    [
        "umac-64-etm@openssh.com", "umac-128-etm@openssh.com", "hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha1-etm@openssh.com",
        "umac-64@openssh.com", "umac-128@openssh.com", "hmac-sha2-256", "hmac-sha2-512", "hmac-sha1",
    ];

    private static string[] OpenSshCiphers =>
        ["chacha20-poly1305@openssh.com", "aes128-ctr", "aes192-ctr", "aes256-ctr", "aes128-gcm@openssh.com", "aes256-gcm@openssh.com"];

    private static string[] OpenSshCompressions => ["none", "zlib@openssh.com"];

    /// <summary>Transport layer.</summary>
    public static IReadOnlyList<CodecCase> Transport =>
    [
        new CodecCase<IdentificationLine>(IdentificationLine.Create("OpenSSH_9.2p1", "Debian-2+deb12u10"), "'SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10' 0d0a"),
        new CodecCase<IdentificationLine>(new IdentificationLine("SSH-1.99-x"), "'SSH-1.99-x' 0d0a", "1.99"),
        new CodecCase<DisconnectMessage>(new(DisconnectReason.ByApplication, "disconnected by user", "en"), "01 u32:11 s'disconnected by user' s'en'"),
        new CodecCase<DisconnectMessage>(new((DisconnectReason)4_000_000_000, "", ""), "01 u32:4000000000 s'' s''", "unknown reason"),
        new CodecCase<IgnoreMessage>(new(Hex("00FF10")), "02 s:00ff10"),
        new CodecCase<UnimplementedMessage>(new(0xfffffffe), "03 fffffffe"),
        new CodecCase<DebugMessage>(new(true, "Grüße", ""), "04 01 s'Grüße' s''"),
        new CodecCase<ServiceRequestMessage>(new("ssh-userauth"), "05 s'ssh-userauth'"),
        new CodecCase<ServiceAcceptMessage>(new("ssh-userauth"), "06 s'ssh-userauth'"),
        new CodecCase<ExtInfoMessage>(
            new([new("server-sig-algs", Text("ssh-ed25519,rsa-sha2-512")), new("publickey-hostbound@openssh.com", Text("0"))]),
            "07 u32:2 s'server-sig-algs' s'ssh-ed25519,rsa-sha2-512' s'publickey-hostbound@openssh.com' s'0'"),
        new CodecCase<ExtInfoMessage>(new([]), "07 u32:0", "none"),
        new CodecCase<KexInitMessage>(
            new()
            {
                Cookie = Hex("09ec83d3ce900506b03482593034f293"),
                KexAlgorithms =
                [
                    "sntrup761x25519-sha512", "sntrup761x25519-sha512@openssh.com", "curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256",
                    "ecdh-sha2-nistp384", "ecdh-sha2-nistp521", "diffie-hellman-group-exchange-sha256", "diffie-hellman-group16-sha512",
                    "diffie-hellman-group18-sha512", "diffie-hellman-group14-sha256", "kex-strict-s-v00@openssh.com",
                ],
                ServerHostKeyAlgorithms = ["ssh-ed25519"],
                EncryptionClientToServer = OpenSshCiphers,
                EncryptionServerToClient = OpenSshCiphers,
                MacClientToServer = OpenSshMacs,
                MacServerToClient = OpenSshMacs,
                CompressionClientToServer = OpenSshCompressions,
                CompressionServerToClient = OpenSshCompressions,
            },
            OpenSshKexInit,
            "OpenSSH 9.2"),
        new CodecCase<KexInitMessage>(
            new()
            {
                Cookie = Hex("000102030405060708090a0b0c0d0e0f"),
                KexAlgorithms = ["a"],
                ServerHostKeyAlgorithms = ["b"],
                EncryptionClientToServer = ["c"],
                EncryptionServerToClient = ["d"],
                MacClientToServer = ["e"],
                MacServerToClient = ["f"],
                CompressionClientToServer = ["g"],
                CompressionServerToClient = ["h"],
                LanguagesClientToServer = ["i", "j"],
                LanguagesServerToClient = ["k"],
                FirstKexPacketFollows = true,
                Reserved = 7,
            },
            "14 000102030405060708090a0b0c0d0e0f s'a' s'b' s'c' s'd' s'e' s'f' s'g' s'h' s'i,j' s'k' 01 u32:7",
            "every field"),
        new CodecCase<NewKeysMessage>(default, "15"),
        new CodecCase<KexDhInitMessage>(new(Hex("09" + new string('0', 62))), "1e s:0900000000000000000000000000000000000000000000000000000000000000"),
        new CodecCase<KexDhInitMessage>(new(Hex("0080")), "1e u32:2 0080", "mpint with its top bit set"),
        new CodecCase<KexDhReplyMessage>(
            new(
                Hex("0000000b7373682d6564323535313900000020b3fa12540807a01e2b4bf3c8b77da00e5481d833c2d8fcf8228d84c705f4a105"),
                Hex("cd4f0496715da23fe9acb7292d2b5f28748d406d8ce13cae6e7c63ab4b61915f"),
                Hex("0000000b7373682d6564323535313900000040c309e3cdde7176d7035d1e288b292cafb47481c60f5792a5de387df44b2ab3f3fbcbaa9b6597d42ec6d59fb37bc79df35a3f51bf008858fbf3ad3d400b17ad08")),
            OpenSshKexReply),
        new CodecCase<PingMessage>(new(Text("hi")), "c0 s'hi'"),
        new CodecCase<PongMessage>(new(Text("hi")), "c1 s'hi'"),
    ];
}
