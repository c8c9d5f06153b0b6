using System.Net;
using System.Runtime.InteropServices;
using Adit.Platform.Descriptors;

namespace Adit.Platform.Packets;

/// <summary>A datagram, raw or packet socket for threads that block: one sender and one receiver at a time (<see cref="MessageBatch"/>). Owns its descriptor.</summary>
public sealed partial class PacketSocket : IDisposable
{
    /// <summary>AF_INET.</summary>
    public const int Ipv4 = 2;

    /// <summary>AF_INET6.</summary>
    public const int Ipv6 = 10;

    /// <summary>AF_PACKET: every frame of an interface.</summary>
    public const int Frames = 17;

    /// <summary>SOCK_DGRAM.</summary>
    public const int Datagram = 2;

    /// <summary>SOCK_RAW; needs CAP_NET_RAW.</summary>
    public const int Raw = 3;

    /// <summary>EMSGSIZE: longer than the path takes.</summary>
    public const int TooLong = 90;

    /// <summary>EIO: the route has no checksum offload that segmentation needs.</summary>
    public const int InputOutput = 5;

    /// <summary>EINVAL.</summary>
    public const int Invalid = 22;

    private const int Flags = 0x800 | 0x80000; // SOCK_NONBLOCK | SOCK_CLOEXEC

    private PacketSocket(DescriptorHandle handle) => Descriptor = new InterruptibleDescriptor(handle);

    /// <summary>What it is waited with.</summary>
    public InterruptibleDescriptor Descriptor { get; }

    /// <summary>Makes one.</summary>
    /// <param name="family"><see cref="Ipv4"/>, <see cref="Ipv6"/> or <see cref="Frames"/>.</param>
    /// <param name="type"><see cref="Datagram"/> or <see cref="Raw"/>.</param>
    /// <param name="protocol">The protocol number; for <see cref="Frames"/> an EtherType in network order.</param>
    /// <exception cref="DescriptorException">It is not permitted, or not known.</exception>
    public static PacketSocket Open(int family, int type, int protocol)
    {
        int descriptor = socket(family, type | Flags, protocol);
        if (descriptor < 0) throw DescriptorException.Last(type == Raw ? "raw socket" : "socket");
        return new PacketSocket(new DescriptorHandle(descriptor));
    }

    /// <summary>Binds to a local address.</summary>
    /// <exception cref="DescriptorException">It is taken, or not this machine's.</exception>
    public void Bind(EndPoint at)
    {
        ArgumentNullException.ThrowIfNull(at);
        SocketAddress address = at.Serialize();
        if (bind(Descriptor.Handle, address.Buffer.Span, address.Size) < 0) throw Failure(at, "bind");
    }

    /// <summary>Connects: only what comes from there is received.</summary>
    /// <exception cref="DescriptorException">There is no route.</exception>
    public void Connect(EndPoint to)
    {
        ArgumentNullException.ThrowIfNull(to);
        SocketAddress address = to.Serialize();
        if (connect(Descriptor.Handle, address.Buffer.Span, address.Size) < 0) throw Failure(to, "connect");
    }

    /// <summary>The local address that it has.</summary>
    /// <param name="like">An endpoint of the same family.</param>
    public IPEndPoint LocalEndPoint(IPEndPoint like)
    {
        ArgumentNullException.ThrowIfNull(like);
        SocketAddress address = like.Serialize();
        int size = address.Size;
        return getsockname(Descriptor.Handle, address.Buffer.Span, ref size) == 0 ? (IPEndPoint)like.Create(address) : like;
    }

    /// <summary>Sets an option.</summary>
    /// <returns>Whether the system took it.</returns>
    public bool TrySet(PacketSocketOption option, int value) => setsockopt(Descriptor.Handle, (int)option >> 16, (int)option & 0xffff, ref value, sizeof(int)) == 0;

    /// <summary>Sets an option to octets.</summary>
    /// <returns>Whether the system took it.</returns>
    public bool TrySet(PacketSocketOption option, ReadOnlySpan<byte> value) => setsockopt(Descriptor.Handle, (int)option >> 16, (int)option & 0xffff, value, value.Length) == 0;

    /// <summary>Sets an option.</summary>
    /// <exception cref="DescriptorException">The system did not take it.</exception>
    public void Set(PacketSocketOption option, int value)
    {
        if (!TrySet(option, value)) throw DescriptorException.Last($"socket: {option} {value}");
    }

    /// <summary>Reads an option.</summary>
    /// <returns>Whether the system gave it.</returns>
    public bool TryGet(PacketSocketOption option, out int value)
    {
        int size = sizeof(int);
        value = 0;
        return getsockopt(Descriptor.Handle, (int)option >> 16, (int)option & 0xffff, ref value, ref size) == 0;
    }

    /// <inheritdoc/>
    public void Dispose() => Descriptor.Dispose();

    private static DescriptorException Failure(EndPoint place, string call)
    {
        // First: writing an address down may change it.
        int error = Marshal.GetLastPInvokeError();
        return new DescriptorException($"{place}: {call}", error);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int family, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int bind(DescriptorHandle socket, ReadOnlySpan<byte> address, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int connect(DescriptorHandle socket, ReadOnlySpan<byte> address, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getsockname(DescriptorHandle socket, Span<byte> address, ref int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsockopt(DescriptorHandle socket, int level, int name, ref int value, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsockopt(DescriptorHandle socket, int level, int name, ReadOnlySpan<byte> value, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getsockopt(DescriptorHandle socket, int level, int name, ref int value, ref int length);
}
