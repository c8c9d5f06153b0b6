namespace Adit.Ssh.Ciphers;

/// <summary>A cipher by its name on the wire.</summary>
/// <param name="Name">The name on the wire.</param>
/// <param name="KeyLength">Octets of key.</param>
/// <param name="IvLength">Octets of IV.</param>
/// <param name="IsAead">Whether it authenticates by itself, so that no MAC is negotiated.</param>
/// <param name="RekeyOctets">Octets after which new keys are due at the latest: RFC 4344 §3.2 allows 2^(L/4) blocks; 1 GiB for a 64-bit block counter's worth of chacha20.</param>
internal sealed record CipherAlgorithm(string Name, int KeyLength, int IvLength, bool IsAead, long RekeyOctets)
{
    private const long GibiOctet = 1L << 30;

    public static readonly CipherAlgorithm[] All =
    [
        new("aes128-gcm@openssh.com", 16, 12, true, 64 * GibiOctet),
        new("aes256-gcm@openssh.com", 32, 12, true, 64 * GibiOctet),
        new("chacha20-poly1305@openssh.com", 64, 0, true, GibiOctet),
        new("aes256-ctr", 32, 16, false, 64 * GibiOctet),
        new("aes192-ctr", 24, 16, false, 64 * GibiOctet),
        new("aes128-ctr", 16, 16, false, 64 * GibiOctet),
    ];

    public static CipherAlgorithm? Find(string name) => Array.Find(All, c => c.Name == name);

    /// <summary>Makes the protection of one direction.</summary>
    public PacketCipher Create(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, MacAlgorithm? mac, ReadOnlySpan<byte> macKey, bool encrypt) => Name switch
    {
        "aes128-gcm@openssh.com" or "aes256-gcm@openssh.com" => new GcmCipher(KeyLength, key, iv, encrypt),
        "chacha20-poly1305@openssh.com" => new ChaChaPolyCipher(key),
        _ => new CtrCipher(KeyLength, key, iv, mac ?? throw new ArgumentNullException(nameof(mac)), macKey, encrypt),
    };
}
