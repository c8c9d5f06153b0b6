using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Adit.Wire.WebSocket;

/// <summary>Masking of a frame's payload (RFC 6455 §5.3): octet i is XORed with octet i mod 4 of the key. Masking twice is unmasking.</summary>
public static class WebSocketMask
{
    /// <summary>Masks or unmasks in place.</summary>
    /// <param name="payload">The whole payload, or the part of it that is there.</param>
    /// <param name="key">The key, its first octet in the highest bits.</param>
    /// <param name="offset">How many octets of the payload came before this part.</param>
    public static void Apply(Span<byte> payload, uint key, long offset = 0) => Apply(payload, payload, key, offset);

    /// <summary>Masks or unmasks from one place to another.</summary>
    /// <param name="source">The octets.</param>
    /// <param name="destination">Room for as many; the same place, or one that does not overlap.</param>
    /// <param name="key">The key, its first octet in the highest bits.</param>
    /// <param name="offset">How many octets of the payload came before these.</param>
    /// <exception cref="ArgumentException">The destination is too small.</exception>
    public static void Apply(ReadOnlySpan<byte> source, Span<byte> destination, uint key, long offset = 0)
    {
        if (destination.Length < source.Length) throw new ArgumentException($"mask: expected room for {source.Length} octets, got {destination.Length}", nameof(destination));
        destination = destination[..source.Length];
        uint turned = BitOperations.RotateLeft(key, (int)(offset & 3) * 8);
        uint pattern = BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(turned) : turned;
        int done = 0;
        if (Vector.IsHardwareAccelerated && source.Length >= Vector<byte>.Count)
        {
            Vector<byte> wide = Vector.AsVectorByte(new Vector<uint>(pattern));
            ReadOnlySpan<Vector<byte>> from = MemoryMarshal.Cast<byte, Vector<byte>>(source);
            Span<Vector<byte>> to = MemoryMarshal.Cast<byte, Vector<byte>>(destination);
            for (int i = 0; i < from.Length; i++) to[i] = from[i] ^ wide;
            done = from.Length * Vector<byte>.Count; // a multiple of four
        }

        for (int i = done; i < source.Length; i++) destination[i] = (byte)(source[i] ^ (byte)(turned >> (24 - ((i & 3) * 8))));
    }
}
