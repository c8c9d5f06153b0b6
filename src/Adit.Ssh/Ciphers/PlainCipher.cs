using System.Buffers.Binary;

namespace Adit.Ssh.Ciphers;

/// <summary>No protection: before the first key exchange.</summary>
internal sealed class PlainCipher : PacketCipher
{
    public override int BlockLength => 8;

    public override int MacLength => 0;

    public override bool LengthIsApart => false;

    public override void Seal(uint sequence, Span<byte> packet, Span<byte> mac)
    {
    }

    public override uint OpenLength(uint sequence, Span<byte> head) => BinaryPrimitives.ReadUInt32BigEndian(head);

    public override bool TryOpen(uint sequence, Span<byte> packet, ReadOnlySpan<byte> mac) => true;

    public override void Dispose()
    {
    }
}
