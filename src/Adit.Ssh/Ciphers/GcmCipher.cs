using System.Buffers.Binary;
using Adit.Platform.Crypto;

namespace Adit.Ssh.Ciphers;

/// <summary>aes128-gcm@openssh.com and aes256-gcm@openssh.com (RFC 5647 §7: the length is associated data, the invocation counter is 64 bits).</summary>
internal sealed class GcmCipher : PacketCipher
{
    private const int IvLength = 12;
    private const int TagLength = 16;
    private readonly CipherContext _context;
    private readonly byte[] _iv;

    public GcmCipher(int keyLength, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, bool encrypt)
    {
        _iv = iv[..IvLength].ToArray();
        _context = new CipherContext(keyLength == 16 ? "AES-128-GCM" : "AES-256-GCM", key[..keyLength], _iv, encrypt);
    }

    public override int BlockLength => 16;

    public override int MacLength => TagLength;

    public override bool LengthIsApart => true;

    public override void Seal(uint sequence, Span<byte> packet, Span<byte> mac)
    {
        _context.Seal(_iv, packet[..4], packet[4..], mac);
        NextIv();
    }

    public override uint OpenLength(uint sequence, Span<byte> head) => BinaryPrimitives.ReadUInt32BigEndian(head);

    public override bool TryOpen(uint sequence, Span<byte> packet, ReadOnlySpan<byte> mac)
    {
        bool valid = _context.TryOpen(_iv, packet[..4], packet[4..], mac);
        NextIv();
        return valid;
    }

    public override void Dispose() => _context.Dispose();

    private void NextIv()
    {
        Span<byte> counter = _iv.AsSpan(4);
        BinaryPrimitives.WriteUInt64BigEndian(counter, BinaryPrimitives.ReadUInt64BigEndian(counter) + 1);
    }
}
