using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Adit.Core.Streams;

/// <summary>struct sockaddr of Linux (sys/socket.h, netinet/in.h, sys/un.h) and what .NET has for it.</summary>
internal static class SocketAddresses
{
    /// <summary>Octets of struct sockaddr_storage.</summary>
    public const int MaximumLength = 128;

    private const int Unix = 1;
    private const int Inet = 2;
    private const int Inet6 = 10;
    private const int MostUnixPath = 107;

    /// <summary>AF_ of an address.</summary>
    public static int Family(IPEndPoint endPoint) => endPoint.AddressFamily == AddressFamily.InterNetworkV6 ? Inet6 : Inet;

    /// <summary>AF_UNIX.</summary>
    public static int UnixFamily => Unix;

    /// <summary>Encodes an address.</summary>
    /// <returns>Octets written.</returns>
    public static int Write(IPEndPoint endPoint, Span<byte> to)
    {
        to[..28].Clear();
        int family = Family(endPoint);
        MemoryMarshal.Write(to, (ushort)family);
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], (ushort)endPoint.Port);
        if (family == Inet)
        {
            endPoint.Address.TryWriteBytes(to[4..], out _);
            return 16;
        }

        endPoint.Address.TryWriteBytes(to[8..], out _);
        MemoryMarshal.Write(to[24..], (uint)endPoint.Address.ScopeId);
        return 28;
    }

    /// <summary>Encodes a path.</summary>
    /// <returns>Octets written; 0 when the path is too long.</returns>
    public static int Write(string path, Span<byte> to)
    {
        int length = Encoding.UTF8.GetByteCount(path);
        if (length is 0 or > MostUnixPath) return 0;
        MemoryMarshal.Write(to, (ushort)Unix);
        Encoding.UTF8.GetBytes(path, to[2..]);
        to[2 + length] = 0;
        return length + 3;
    }

    /// <summary>Decodes an address.</summary>
    /// <returns>Null for families without one.</returns>
    public static IPEndPoint? Read(ReadOnlySpan<byte> from)
    {
        if (from.Length < 16) return null;
        int port = BinaryPrimitives.ReadUInt16BigEndian(from[2..]);
        return MemoryMarshal.Read<ushort>(from) switch
        {
            Inet => new IPEndPoint(new IPAddress(from.Slice(4, 4)), port),
            Inet6 when from.Length >= 28 => new IPEndPoint(new IPAddress(from.Slice(8, 16), MemoryMarshal.Read<uint>(from[24..])), port),
            _ => null,
        };
    }
}
