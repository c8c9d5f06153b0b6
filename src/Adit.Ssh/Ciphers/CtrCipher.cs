using System.Buffers.Binary;
using System.Security.Cryptography;
using Adit.Platform.Crypto;

namespace Adit.Ssh.Ciphers;

/// <summary>aes128-ctr, aes192-ctr, aes256-ctr (RFC 4344 §4) with an HMAC over the plaintext (RFC 4253 §6.4) or, in the etm variants, over the ciphertext.</summary>
internal sealed class CtrCipher : PacketCipher
{
    private const int AesBlock = 16;
    private readonly CipherContext _context;
    private readonly IncrementalHash _hmac;
    private readonly bool _encryptThenMac;
    private readonly byte[] _sequence = new byte[4];
    private readonly byte[] _computed = new byte[64];

    public CtrCipher(int keyLength, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, MacAlgorithm mac, ReadOnlySpan<byte> macKey, bool encrypt)
    {
        _context = new CipherContext($"AES-{keyLength * 8}-CTR", key[..keyLength], iv[..AesBlock], encrypt);
        _hmac = IncrementalHash.CreateHMAC(mac.Hash, macKey[..mac.Length]);
        _encryptThenMac = mac.EncryptThenMac;
        MacLength = mac.Length;
    }

    public override int BlockLength => AesBlock;

    public override int MacLength { get; }

    public override bool LengthIsApart => _encryptThenMac;

    public override void Seal(uint sequence, Span<byte> packet, Span<byte> mac)
    {
        if (_encryptThenMac)
        {
            _context.Transform(packet[4..]);
            Compute(sequence, packet, mac);
        }
        else
        {
            Compute(sequence, packet, mac);
            _context.Transform(packet);
        }
    }

    public override uint OpenLength(uint sequence, Span<byte> head)
    {
        if (!_encryptThenMac) _context.Transform(head[..AesBlock]);
        return BinaryPrimitives.ReadUInt32BigEndian(head);
    }

    public override bool TryOpen(uint sequence, Span<byte> packet, ReadOnlySpan<byte> mac)
    {
        if (!_encryptThenMac) _context.Transform(packet[AesBlock..]);
        Span<byte> computed = _computed.AsSpan(0, MacLength);
        Compute(sequence, packet, computed);
        if (!CryptographicOperations.FixedTimeEquals(computed, mac)) return false;
        if (_encryptThenMac) _context.Transform(packet[4..]);
        return true;
    }

    public override void Dispose()
    {
        _context.Dispose();
        _hmac.Dispose();
    }

    private void Compute(uint sequence, ReadOnlySpan<byte> packet, Span<byte> mac)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_sequence, sequence);
        _hmac.AppendData(_sequence);
        _hmac.AppendData(packet);
        _hmac.GetHashAndReset(mac);
    }
}
