namespace Adit.Ssh.Ciphers;

/// <summary>
/// Theory of operation. A packet is <c>uint32 packet_length ‖ byte padding_length ‖ payload ‖ padding ‖ mac</c> (RFC 4253 §6). One object
/// protects one direction between two key exchanges. Everything happens in place, in the buffer that goes to or came from the stream:
/// a packet begins at its length field, and the mac follows the padding.
/// </summary>
internal abstract class PacketCipher : IDisposable
{
    /// <summary>The multiple, in octets, that the padded part fills; at least 8 (RFC 4253 §6).</summary>
    public abstract int BlockLength { get; }

    /// <summary>Octets of the mac or tag.</summary>
    public abstract int MacLength { get; }

    /// <summary>Whether the padded part starts after the length field (AEAD and encrypt-then-mac) or with it.</summary>
    public abstract bool LengthIsApart { get; }

    /// <summary>Octets that must be there before the length can be told.</summary>
    public int LengthPrefix => LengthIsApart ? 4 : BlockLength;

    /// <summary>Protects a packet.</summary>
    /// <param name="sequence">Its sequence number.</param>
    /// <param name="packet">From the length field to the end of the padding; encrypted in place.</param>
    /// <param name="mac">Receives the mac.</param>
    public abstract void Seal(uint sequence, Span<byte> packet, Span<byte> mac);

    /// <summary>Tells the packet length, perhaps decrypting the head in place. Called once for each packet, before <see cref="TryOpen"/>.</summary>
    /// <param name="sequence">Its sequence number.</param>
    /// <param name="head">The first <see cref="LengthPrefix"/> octets.</param>
    public abstract uint OpenLength(uint sequence, Span<byte> head);

    /// <summary>Checks and decrypts a packet in place.</summary>
    /// <param name="sequence">Its sequence number.</param>
    /// <param name="packet">From the length field to the end of the padding.</param>
    /// <param name="mac">The mac that came with it.</param>
    /// <returns>False when the mac does not match.</returns>
    public abstract bool TryOpen(uint sequence, Span<byte> packet, ReadOnlySpan<byte> mac);

    /// <inheritdoc/>
    public abstract void Dispose();
}
