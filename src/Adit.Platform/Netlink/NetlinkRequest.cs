using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Adit.Platform.Netlink;

/// <summary>A message to the kernel as it is built: header, the family's own header, attributes (netlink(7)). Numbers stand in the machine's order, addresses in the network's.</summary>
internal sealed class NetlinkRequest
{
    /// <summary>struct nlmsghdr.</summary>
    public const int HeaderLength = 16;

    private readonly byte[] _octets = new byte[2048]; // more than every request here needs: names are of 15 octets at most
    private int _length = HeaderLength;

    public NetlinkRequest(ushort type, ushort flags)
    {
        MemoryMarshal.Write(_octets.AsSpan(4), type);
        MemoryMarshal.Write(_octets.AsSpan(6), (ushort)(flags | NetlinkNumbers.Request | ((flags & NetlinkNumbers.Dump) == NetlinkNumbers.Dump && type % 4 == 2 ? 0 : NetlinkNumbers.Acknowledge)));
    }

    /// <summary>Appends the family's own header, zeroed.</summary>
    public Span<byte> AddHeader(int length)
    {
        Span<byte> header = _octets.AsSpan(_length, length);
        _length += Align(length);
        return header;
    }

    public void Add(ushort type, ReadOnlySpan<byte> value)
    {
        MemoryMarshal.Write(_octets.AsSpan(_length), (ushort)(4 + value.Length));
        MemoryMarshal.Write(_octets.AsSpan(_length + 2), type);
        value.CopyTo(_octets.AsSpan(_length + 4));
        _length += Align(4 + value.Length);
    }

    public void Add(ushort type, uint value)
    {
        Span<byte> octets = stackalloc byte[4];
        MemoryMarshal.Write(octets, value);
        Add(type, octets);
    }

    public void Add(ushort type, string value)
    {
        Span<byte> octets = stackalloc byte[Encoding.UTF8.GetMaxByteCount(value.Length) + 1];
        int count = Encoding.UTF8.GetBytes(value, octets);
        octets[count] = 0;
        Add(type, octets[..(count + 1)]);
    }

    public void Add(ushort type, IPAddress value)
    {
        Span<byte> octets = stackalloc byte[16];
        value.TryWriteBytes(octets, out int count);
        Add(type, octets[..count]);
    }

    /// <summary>Begins an attribute that holds attributes.</summary>
    /// <returns>Its place, for <see cref="EndNest"/>.</returns>
    public int BeginNest(ushort type)
    {
        int at = _length;
        Add(type, default(ReadOnlySpan<byte>));
        return at;
    }

    public void EndNest(int at) => MemoryMarshal.Write(_octets.AsSpan(at), (ushort)(_length - at));

    /// <summary>The whole message.</summary>
    public ReadOnlySpan<byte> Finish(uint sequence)
    {
        MemoryMarshal.Write(_octets, (uint)_length);
        MemoryMarshal.Write(_octets.AsSpan(8), sequence);
        return _octets.AsSpan(0, _length);
    }

    /// <summary>NLMSG_ALIGN and RTA_ALIGN: to four octets.</summary>
    public static int Align(int length) => (length + 3) & ~3;
}
