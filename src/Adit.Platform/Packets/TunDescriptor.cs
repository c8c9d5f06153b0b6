using System.Runtime.InteropServices;
using System.Text;
using Adit.Platform.Descriptors;

namespace Adit.Platform.Packets;

/// <summary>A queue of a TUN or TAP device. One reader and one writer at a time, each a thread of its own. Disposing removes a device that is not persistent.</summary>
/// <remarks>
/// With offloads every packet has a virtio_net_hdr of <see cref="HeaderLength"/> octets in front (virtio 1.2 §5.1.6); without, <see cref="HeaderLength"/> is 0.
/// </remarks>
public sealed partial class TunDescriptor : IDisposable
{
    /// <summary>EPERM and EACCES: the privilege is missing.</summary>
    public const int NotPermitted = 1;

    private const int TunSetInterface = 0x400454ca; // TUNSETIFF
    private const int TunSetPersistent = 0x400454cb; // TUNSETPERSIST
    private const int TunSetOwner = 0x400454cc; // TUNSETOWNER
    private const int TunSetOffload = 0x400454d0; // TUNSETOFFLOAD
    private const short Tun = 1;
    private const short Tap = 2;
    private const short MultiQueue = 0x100;
    private const short NoPacketInformation = 0x1000;
    private const short VirtioHeader = 0x4000;
    private const int OpenFlags = 2 | 0x800 | 0x80000; // O_RDWR | O_NONBLOCK | O_CLOEXEC
    private const int Checksum = 1;
    private const int Segmentation = 2 | 4; // TUN_F_TSO4, TUN_F_TSO6
    private const int DatagramSegmentation = 0x20 | 0x40; // TUN_F_USO4, TUN_F_USO6

    private readonly InterruptibleDescriptor _descriptor;

    private TunDescriptor(DescriptorHandle handle, string name, bool isTap, int offloads)
    {
        _descriptor = new InterruptibleDescriptor(handle);
        (Name, IsTap, Offloads) = (name, isTap, offloads);
    }

    /// <summary>The device's name.</summary>
    public string Name { get; }

    /// <summary>Whether it carries Ethernet frames.</summary>
    public bool IsTap { get; }

    /// <summary>TUN_F_… that are on; 0 for none, and then packets have no header.</summary>
    public int Offloads { get; }

    /// <summary>Octets of the virtio_net_hdr in front of each packet.</summary>
    public int HeaderLength => Offloads != 0 ? 10 : 0;

    /// <summary>Opens, and where need be makes, a device.</summary>
    /// <param name="options">How.</param>
    /// <exception cref="DescriptorException">It cannot be; <see cref="DescriptorException.ErrorNumber"/> <see cref="NotPermitted"/> where CAP_NET_ADMIN is missing.</exception>
    public static TunDescriptor Open(TunOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        string asked = options.Name ?? (options.IsTap ? "tap%d" : "tun%d");
        if (Encoding.UTF8.GetByteCount(asked) is 0 or > 15) throw new ArgumentException($"device: {asked}: expected a name of 1 to 15 octets", nameof(options));
        int descriptor = open("/dev/net/tun", OpenFlags);
        if (descriptor < 0) throw DescriptorException.Last("/dev/net/tun");
        var handle = new DescriptorHandle(descriptor);
        try
        {
            var request = default(InterfaceRequest);
            Encoding.UTF8.GetBytes(asked, MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref request, 1))[..15]);
            request.Flags = (short)((options.IsTap ? Tap : Tun) | NoPacketInformation | (options.Offloads ? VirtioHeader : 0) | (options.MultiQueue ? MultiQueue : 0));
            if (ioctl(handle, TunSetInterface, ref request) < 0) throw DescriptorException.Last($"device {asked}");
            ReadOnlySpan<byte> found = MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(in request, 1))[..16];
            string name = Encoding.UTF8.GetString(found[..found.IndexOf((byte)0)]);
            int offloads = 0;
            if (options.Offloads && (offloads = SetOffloads(handle)) == 0)
            {
                // A kernel without any: the same device without headers.
                handle.Dispose();
                return Open(options with { Name = name, Offloads = false });
            }

            if (options.Owner is { } owner && ioctl(handle, TunSetOwner, (nint)owner) < 0) throw DescriptorException.Last($"device {name}: owner {owner}");
            if (options.Persistent is { } persistent && ioctl(handle, TunSetPersistent, persistent ? 1 : 0) < 0) throw DescriptorException.Last($"device {name}: persistent");
            return new TunDescriptor(handle, name, options.IsTap, offloads);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Reads one packet, with its header.</summary>
    /// <param name="address">Where to, in pinned or native memory.</param>
    /// <param name="room">Octets of room.</param>
    /// <returns>Octets read, or the negative errno.</returns>
    public int Read(nint address, int room)
    {
        nint count = read(_descriptor.Handle, address, room);
        return count >= 0 ? (int)count : -Marshal.GetLastPInvokeError();
    }

    /// <summary>Writes one packet, gathered from several places.</summary>
    /// <param name="parts">The places, the header's first.</param>
    /// <returns>Octets written, or the negative errno.</returns>
    public int Write(ReadOnlySpan<MemoryPart> parts)
    {
        nint count = writev(_descriptor.Handle, parts, parts.Length);
        return count >= 0 ? (int)count : -Marshal.GetLastPInvokeError();
    }

    /// <summary>Waits for a packet, or for room.</summary>
    /// <param name="write">Whether for room.</param>
    /// <returns>Whether there may be; false once it was interrupted.</returns>
    public bool Wait(bool write = false) => _descriptor.Wait(write) >= 0;

    /// <summary>Ends all waits for good. From any thread.</summary>
    public void Interrupt() => _descriptor.Interrupt();

    /// <inheritdoc/>
    public void Dispose() => _descriptor.Dispose();

    /// <summary>Everything, else without UDP (Linux before 6.2), else without segmentation, else nothing.</summary>
    private static int SetOffloads(DescriptorHandle handle)
    {
        foreach (int offloads in (ReadOnlySpan<int>)[Checksum | Segmentation | DatagramSegmentation, Checksum | Segmentation, Checksum])
        {
            if (ioctl(handle, TunSetOffload, offloads) == 0) return offloads;
        }

        return 0;
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(DescriptorHandle descriptor, nuint request, ref InterfaceRequest argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(DescriptorHandle descriptor, nuint request, nint argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(DescriptorHandle descriptor, nint buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint writev(DescriptorHandle descriptor, ReadOnlySpan<MemoryPart> parts, int count);

    /// <summary>struct ifreq: name, flags, and room.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 40)]
    private struct InterfaceRequest
    {
        [FieldOffset(16)]
        public short Flags;
    }
}
