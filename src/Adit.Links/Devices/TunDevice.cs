using System.Runtime.InteropServices;
using Adit.Core;
using Adit.Core.Links;
using Adit.Platform.Descriptors;
using Adit.Platform.Packets;
using Adit.Wire.Tun;

namespace Adit.Links.Devices;

/// <summary>A TUN or TAP device as a link: what it receives, the kernel routed or switched to it; what it sends, the kernel takes as received from a network.</summary>
/// <remarks>
/// Theory of operation: with offloads the kernel hands over TCP and UDP super-packets of up to 64 KiB by one read, with a virtio_net_hdr that says how they are to be cut and which checksum is
/// still partial; in the other direction segments that follow each other (<see cref="PacketCoalescer"/>) are written as one super-packet, gathered from where they lie. That is what makes a user-space tunnel fast.
/// </remarks>
public sealed class TunDevice : ILink
{
    /// <summary>Ours: a receive ends once it holds so many octets, so that the two ends of a tunnel work at the same time.</summary>
    private const int EnoughOctets = 192 * 1024;

    private readonly TunDescriptor _device;
    private readonly TunDescriptor[] _queues;
    private readonly PacketCoalescer? _coalescer;
    private readonly MemoryPart[] _parts = new MemoryPart[PacketCoalescer.MaximumSegments + 2];
    private readonly byte[] _header = GC.AllocateArray<byte>(VirtioNetHeader.Length, pinned: true);
    private readonly nint _headerAddress;

    private TunDevice(TunDescriptor device, int mtu, params TunDescriptor[] queues)
    {
        (_device, _queues) = (device, [device, .. queues]);
        _headerAddress = Marshal.UnsafeAddrOfPinnedArrayElement(_header, 0);
        if (device.Offloads != 0) _coalescer = new PacketCoalescer();
        Properties = new LinkProperties { Medium = device.IsTap ? Medium.Ethernet : Medium.Ip, SendLimit = mtu, TakesSegmentation = device.Offloads != 0 };
    }

    /// <inheritdoc/>
    public string Name => _device.Name;

    /// <inheritdoc/>
    public LinkProperties Properties { get; }

    /// <inheritdoc/>
    public LinkCounters Counters { get; } = new();

    /// <summary>Whether super-packets pass.</summary>
    public bool HasOffloads => _device.Offloads != 0;

    /// <summary>Opens, and where need be makes, a device. Its addresses, MTU and state are set elsewhere.</summary>
    /// <param name="options">How.</param>
    /// <param name="mtu">The MTU that it will have, in octets of its medium's payload.</param>
    /// <exception cref="TunnelException">It cannot be opened; <see cref="TunnelError.PermissionDenied"/> where the privilege is missing.</exception>
    public static TunDevice Open(TunOptions options, int mtu) => Open(options, mtu, 1)[0];

    /// <summary>Opens a device with several queues, each to be received from by a thread of its own (IFF_MULTI_QUEUE). Sending is the first one's.</summary>
    /// <param name="options">How.</param>
    /// <param name="mtu">The MTU that it will have, in octets of its medium's payload.</param>
    /// <param name="queues">How many, 1 at least.</param>
    /// <exception cref="TunnelException">It cannot be opened; <see cref="TunnelError.PermissionDenied"/> where the privilege is missing.</exception>
    public static IReadOnlyList<TunDevice> Open(TunOptions options, int mtu, int queues)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(queues, 1);
        var opened = new List<TunDescriptor>();
        try
        {
            opened.Add(TunDescriptor.Open(options with { MultiQueue = options.MultiQueue || queues > 1 }));
            while (opened.Count < queues) opened.Add(TunDescriptor.Open(options with { Name = opened[0].Name, MultiQueue = true, Persistent = null, Owner = null }));
            // What the kernel sends on a flow comes to the queue that the flow was last written to, so the first device writes to all.
            return [new TunDevice(opened[0], mtu, [.. opened.Skip(1)]), .. opened.Skip(1).Select(d => new TunDevice(d, mtu))];
        }
        catch (DescriptorException e)
        {
            foreach (TunDescriptor each in opened) each.Dispose();
            string device = options.Name ?? (options.IsTap ? "tap" : "tun");
            throw e.ErrorNumber switch
            {
                13 => new TunnelException(TunnelError.PermissionDenied, $"device {device}: /dev/net/tun: expected it to be readable and writable for this account (usually mode 0666), got neither", inner: e),
                1 => new TunnelException(TunnelError.PermissionDenied, $"device {device}: expected the capability CAP_NET_ADMIN (run as root, or 'setcap cap_net_admin,cap_net_raw+ep' the program, or let root make a persistent device with you as its owner)", inner: e),
                2 or 19 => new TunnelException(TunnelError.NotSupported, $"device {device}: expected /dev/net/tun, got none: load the module tun, or give the container that device", inner: e),
                16 => new TunnelException(TunnelError.AddressInUse, $"device {device}: another program has it open", inner: e),
                _ => new TunnelException(TunnelError.BadConfiguration, e.Message, inner: e),
            };
        }
    }

    /// <inheritdoc/>
    public int Receive(PacketBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        while (true)
        {
            int octets = 0;
            long segments = 0;
            int header = _device.HeaderLength;
            while (octets < EnoughOctets && batch.Count < batch.Capacity && batch.TryTakeBuffer(out int floor, out int start, out int ceiling))
            {
                int count = _device.Read(batch.Address + start - header, ceiling - start + header);
                if (count <= header)
                {
                    batch.ReturnBuffers(1);
                    if (count >= 0 || count == -InterruptibleDescriptor.Interrupted) continue;
                    if (count == -InterruptibleDescriptor.TryAgain) break;
                    throw new TunnelException(TunnelError.ConnectionLost, $"device {Name}: {Marshal.GetPInvokeErrorMessage(-count)}");
                }

                var packet = new Packet { Offset = start, Length = count - header, Floor = floor, Ceiling = ceiling, NetworkStart = start };
                if (header != 0 && !VirtioHeader.TryRead(batch.Memory.AsSpan(start - header, header), ref packet)) packet.Drop(DropReason.BadHeader);
                if (_device.IsTap) packet.NetworkStart = start + VirtioHeader.NetworkOffset(batch.Octets(packet));
                octets += packet.Length;
                segments += VirtioHeader.SegmentsOf(packet);
                batch.Add(packet);
            }

            if (batch.Count > 0)
            {
                Counters.Received(batch.Count, octets, 1, segments);
                return batch.Count;
            }

            if (!_device.Wait()) return 0;
        }
    }

    /// <inheritdoc/>
    public void Send(PacketBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (_coalescer is null)
        {
            for (int i = 0; i < batch.Count; i++) SendOne(batch, i);
            return;
        }

        _coalescer.Find(batch, Properties.Medium);
        foreach (ref readonly PacketRun run in _coalescer.Runs)
        {
            if (run.Count == 1) SendOne(batch, run.First);
            else SendRun(batch, run);
        }

        foreach (ref readonly Packet packet in batch.Packets)
        {
            if (packet.Dropped != DropReason.None) Counters.Drop(packet.Dropped);
        }
    }

    /// <inheritdoc/>
    public void Interrupt() => _device.Interrupt();

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _device.Dispose();
        return ValueTask.CompletedTask;
    }

    private void SendOne(PacketBatch batch, int index)
    {
        ref Packet packet = ref batch[index];
        if (packet.Dropped != DropReason.None) return;
        int parts = 0;
        if (_device.HeaderLength != 0)
        {
            VirtioHeader.Write(_header, packet);
            _parts[parts++] = new MemoryPart(_headerAddress, VirtioNetHeader.Length);
        }

        _parts[parts++] = new MemoryPart(batch.Address + packet.Offset, packet.Length);
        if (Write(_device, parts)) Counters.Sent(1, packet.Length, 1, VirtioHeader.SegmentsOf(packet));
    }

    private void SendRun(PacketBatch batch, in PacketRun run)
    {
        PacketCoalescer.Merge(batch, run);
        ref Packet first = ref batch[run.First];
        VirtioHeader.WriteTcp(_header, batch.Octets(first)[run.Network] >> 4 == 4, run.HeaderLength, run.SegmentSize, run.Transport);
        _parts[0] = new MemoryPart(_headerAddress, VirtioNetHeader.Length);
        _parts[1] = new MemoryPart(batch.Address + first.Offset, first.Length);
        int parts = 2;
        for (int i = run.First; i != run.Last;)
        {
            i = _coalescer!.Next(i);
            _parts[parts++] = new MemoryPart(batch.Address + batch[i].Offset + run.HeaderLength, batch[i].Length - run.HeaderLength);
        }

        if (Write(_queues[(uint)run.Hash % (uint)_queues.Length], parts)) Counters.Sent(1, run.HeaderLength + run.Payload, 1, run.Count);
    }

    private bool Write(TunDescriptor queue, int parts)
    {
        while (true)
        {
            int count = queue.Write(_parts.AsSpan(0, parts));
            if (count >= 0) return true;
            if (count == -InterruptibleDescriptor.Interrupted) continue;
            // A device that is down (EIO), or a queue without room: a network would lose it too.
            Counters.Drop(count == -InterruptibleDescriptor.TryAgain ? DropReason.NoRoom : DropReason.SendFailed);
            return false;
        }
    }
}
