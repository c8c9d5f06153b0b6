using System.Buffers.Binary;
using System.Security.Cryptography;
using Adit.Platform.Crypto;

namespace Adit.Ssh.Ciphers;

/// <summary>
/// chacha20-poly1305@openssh.com (OpenSSH PROTOCOL.chacha20poly1305): K_2 = key octets 0 to 31 encrypts the payload, K_1 = 32 to 63 the length;
/// the nonce is the sequence number; block 0 of K_2 gives the Poly1305 key, the payload starts with block 1.
/// </summary>
internal sealed class ChaChaPolyCipher : PacketCipher
{
    private const int ChaChaBlock = 64;
    private readonly CipherContext _main;
    private readonly CipherContext _header;
    private readonly Poly1305 _poly = new();
    private readonly byte[] _iv = new byte[16];
    private readonly byte[] _firstBlock = new byte[ChaChaBlock];
    private readonly byte[] _tag = new byte[Poly1305.TagLength];
    private readonly byte[] _length = new byte[4];

    public ChaChaPolyCipher(ReadOnlySpan<byte> key)
    {
        _main = new CipherContext("ChaCha20", key[..32], _iv, encrypt: true);
        _header = new CipherContext("ChaCha20", key[32..64], _iv, encrypt: true);
    }

    public override int BlockLength => 8;

    public override int MacLength => Poly1305.TagLength;

    public override bool LengthIsApart => true;

    public override void Seal(uint sequence, Span<byte> packet, Span<byte> mac)
    {
        Begin(sequence);
        _header.SetIv(_iv);
        _header.Transform(packet[..4]);
        _main.Transform(packet[4..]);
        _poly.Compute(_firstBlock.AsSpan(0, Poly1305.KeyLength), packet, mac);
    }

    public override uint OpenLength(uint sequence, Span<byte> head)
    {
        // The head stays encrypted: the mac is over ciphertext.
        head[..4].CopyTo(_length);
        BinaryPrimitives.WriteUInt64BigEndian(_iv.AsSpan(8), sequence);
        _header.SetIv(_iv);
        _header.Transform(_length);
        return BinaryPrimitives.ReadUInt32BigEndian(_length);
    }

    public override bool TryOpen(uint sequence, Span<byte> packet, ReadOnlySpan<byte> mac)
    {
        Begin(sequence);
        _poly.Compute(_firstBlock.AsSpan(0, Poly1305.KeyLength), packet, _tag);
        if (!CryptographicOperations.FixedTimeEquals(_tag, mac)) return false;
        _length.CopyTo(packet);
        _main.Transform(packet[4..]);
        return true;
    }

    public override void Dispose()
    {
        _main.Dispose();
        _header.Dispose();
        _poly.Dispose();
    }

    private void Begin(uint sequence)
    {
        // EVP's ChaCha20 takes a 16-octet IV: little-endian block counter, then the nonce.
        BinaryPrimitives.WriteUInt64BigEndian(_iv.AsSpan(8), sequence);
        _main.SetIv(_iv);
        Array.Clear(_firstBlock);
        _main.Transform(_firstBlock);
    }
}
