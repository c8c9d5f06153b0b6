using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Adit.Core.Links;

/// <summary>Sums of RFC 1071, unfolded.</summary>
internal static class OnesSum
{
    public static ulong Of(ReadOnlySpan<byte> octets)
    {
        ulong sum = 0;
        ref byte at = ref MemoryMarshal.GetReference(octets);
        int left = octets.Length;
        if (left >= 64 && Vector256.IsHardwareAccelerated)
        {
            Vector256<ulong> a = default, b = default;
            Vector256<ulong> low = Vector256.Create(0xffffffffUL);
            while (left >= 64)
            {
                Vector256<ulong> x = Unsafe.ReadUnaligned<Vector256<ulong>>(ref at);
                Vector256<ulong> y = Unsafe.ReadUnaligned<Vector256<ulong>>(ref Unsafe.Add(ref at, 32));
                a += (x & low) + (y & low);
                b += (x >>> 32) + (y >>> 32);
                at = ref Unsafe.Add(ref at, 64);
                left -= 64;
            }

            sum = Vector256.Sum(a + b);
        }

        while (left >= 4)
        {
            sum += Unsafe.ReadUnaligned<uint>(ref at);
            at = ref Unsafe.Add(ref at, 4);
            left -= 4;
        }

        if (left >= 2)
        {
            sum += Unsafe.ReadUnaligned<ushort>(ref at);
            at = ref Unsafe.Add(ref at, 2);
            left -= 2;
        }

        if (left != 0) sum += at;
        return sum;
    }

    /// <summary>The sum as 16 bits in the order of the octets, not complemented.</summary>
    public static ushort Fold(ulong sum)
    {
        sum = (sum & 0xffffffff) + (sum >> 32);
        sum = (sum & 0xffffffff) + (sum >> 32);
        sum = (sum & 0xffff) + (sum >> 16);
        sum = (sum & 0xffff) + (sum >> 16);
        sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)sum;
    }

    /// <summary>A 16-bit field in network order, as <see cref="Of"/> would read it.</summary>
    public static ulong Word(int value) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness((ushort)value) : (ushort)value;
}
