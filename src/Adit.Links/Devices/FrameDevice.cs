using System.Net.NetworkInformation;
using System.Runtime.InteropServices;
using Adit.Core;
using Adit.Core.Links;
using Adit.Platform.Descriptors;
using Adit.Platform.Packets;
using Adit.Wire.Tun;

namespace Adit.Links.Devices;

/// <summary>
/// The frames of an interface that exists, by a packet socket (packet(7)); needs CAP_NET_RAW. Receiving sees what the interface receives, in promiscuous mode also what is not for this machine; with
/// <see cref="FrameDeviceOptions.SeesOutgoing"/> also what it sends, as a capture wants it. Sending puts frames on the wire.
/// </summary>
public sealed class FrameDevice : ILink
{
    /// <summary>Ours: frames received at once.</summary>
    private const int Rooms = 32;

    private readonly PacketSocket _socket;
    private readonly MessageBatch _receiving = new(Rooms, Rooms);
    private readonly MessageBatch _sending = new(64, 128);
    private readonly byte[] _headers = GC.AllocateArray<byte>(64 * VirtioNetHeader.Length, pinned: true);
    private readonly nint _headersAddress;
    private readonly bool _seesOutgoing;
    private readonly int _header;

    private FrameDevice(PacketSocket socket, FrameDeviceOptions options, bool hasHeader)
    {
        (_socket, _seesOutgoing, Name) = (socket, options.SeesOutgoing, options.Interface);
        _header = hasHeader ? VirtioNetHeader.Length : 0;
        _headersAddress = Marshal.UnsafeAddrOfPinnedArrayElement(_headers, 0);
        Properties = new LinkProperties { Medium = Medium.Ethernet, TakesSegmentation = hasHeader };
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public LinkProperties Properties { get; }

    /// <inheritdoc/>
    public LinkCounters Counters { get; } = new();

    /// <summary>Opens an interface.</summary>
    /// <param name="options">Which, and what is seen.</param>
    /// <exception cref="TunnelException">There is no such interface, or the privilege is missing.</exception>
    public static FrameDevice Open(FrameDeviceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        int index = IndexOf(options.Interface);
        PacketSocket? socket = null;
        try
        {
            // No protocol yet: what other interfaces receive before the socket is bound must not come here.
            socket = PacketSocket.Open(PacketSocket.Frames, PacketSocket.Raw, 0);
            bool hasHeader = options.Offloads && socket.TrySet(PacketSocketOption.FrameVirtioHeader, 1);
            if (!options.SeesOutgoing) socket.TrySet(PacketSocketOption.FrameIgnoreOutgoing, 1);
            socket.TrySet(PacketSocketOption.ReceiveBufferForce, 7 * 1024 * 1024);
            socket.Bind(new FrameEndPoint(index));
            if (options.IsPromiscuous)
            {
                // struct packet_mreq: interface, PACKET_MR_PROMISC, no address. It ends with the socket.
                Span<byte> request = stackalloc byte[16];
                request.Clear();
                MemoryMarshal.Write(request, in index);
                request[4] = 1;
                socket.TrySet(PacketSocketOption.FrameMembership, request);
            }

            return new FrameDevice(socket, options, hasHeader);
        }
        catch (DescriptorException e)
        {
            socket?.Dispose();
            throw e.ErrorNumber is 1 or 13
                ? new TunnelException(TunnelError.PermissionDenied, $"interface {options.Interface}: expected the capability CAP_NET_RAW (run as root, or 'setcap cap_net_admin,cap_net_raw+ep' the program)", inner: e)
                : new TunnelException(TunnelError.BadConfiguration, $"interface {options.Interface}: {e.Message}", inner: e);
        }
    }

    /// <inheritdoc/>
    public int Receive(PacketBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Span<(int Floor, int Start, int Ceiling)> places = stackalloc (int, int, int)[Rooms];
        while (true)
        {
            int rooms = Math.Min(Rooms, batch.BuffersLeft);
            _receiving.Clear();
            for (int i = 0; i < rooms; i++)
            {
                batch.TryTakeBuffer(out int floor, out int start, out int ceiling);
                places[i] = (floor, start, ceiling);
                _receiving.AddRoom(batch.Address + start - _header, ceiling - start + _header);
            }

            int count = _receiving.Receive(_socket);
            batch.ReturnBuffers(rooms - Math.Max(0, count));
            if (count < 0)
            {
                if (-count == InterruptibleDescriptor.TryAgain && _socket.Descriptor.Wait() < 0) return 0;
                if (-count is InterruptibleDescriptor.TryAgain or InterruptibleDescriptor.Interrupted) continue;
                if (_socket.Descriptor.IsInterrupted) return 0;
                throw new TunnelException(TunnelError.ConnectionLost, $"interface {Name}: {Marshal.GetPInvokeErrorMessage(-count)}");
            }

            for (int i = 0; i < count; i++) Add(batch, i, places[i]);
            if (batch.Count > 0) return batch.Count;
            batch.Clear();
        }
    }

    /// <inheritdoc/>
    public void Send(PacketBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        _sending.Clear();
        foreach (ref readonly Packet packet in batch.Packets)
        {
            if (packet.Dropped != DropReason.None)
            {
                Counters.Drop(packet.Dropped);
                continue;
            }

            if (_sending.Count == _sending.Capacity) Flush();
            int header = _sending.Count * VirtioNetHeader.Length;
            if (_header != 0)
            {
                VirtioHeader.Write(_headers.AsSpan(header), packet);
                _sending.AddPart(_headersAddress + header, _header);
            }

            _sending.AddPart(batch.Address + packet.Offset, packet.Length);
            _sending.EndMessage(default, false, -1, 0, 0);
            Counters.Sent(1, packet.Length, 0, VirtioHeader.SegmentsOf(packet));
        }

        Flush();
    }

    /// <inheritdoc/>
    public void Interrupt() => _socket.Descriptor.Interrupt();

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private static int IndexOf(string name)
    {
        string file = $"/sys/class/net/{name}/ifindex";
        if (name.Contains('/', StringComparison.Ordinal) || !File.Exists(file) || !int.TryParse(File.ReadAllText(file), out int index))
        {
            string known = string.Join(", ", NetworkInterface.GetAllNetworkInterfaces().Select(i => i.Name));
            throw new TunnelException(TunnelError.BadConfiguration, $"interface: expected one of {known}, got {name}");
        }

        return index;
    }

    private void Add(PacketBatch batch, int index, (int Floor, int Start, int Ceiling) place)
    {
        int length = _receiving.Length(index) - _header;
        var packet = new Packet { Offset = place.Start, Length = Math.Max(0, length), Floor = place.Floor, Ceiling = place.Ceiling };
        if (length < 14) packet.Drop(DropReason.Truncated);
        else if (!_seesOutgoing && FrameEndPoint.IsOutgoing(_receiving.Source(index))) packet.Drop(DropReason.Consumed);
        else if (_header != 0 && !VirtioHeader.TryRead(batch.Memory.AsSpan(place.Start - _header, _header), ref packet)) packet.Drop(DropReason.BadHeader);
        if (packet.Dropped != DropReason.None)
        {
            Counters.Drop(packet.Dropped);
            return;
        }

        packet.NetworkStart = place.Start + VirtioHeader.NetworkOffset(batch.Octets(packet));
        batch.Add(packet);
        Counters.Received(1, length, 1, VirtioHeader.SegmentsOf(packet));
    }

    private void Flush()
    {
        for (int at = 0; at < _sending.Count;)
        {
            int count = _sending.Send(_socket, at);
            Counters.Sent(0, 0, 1, 0);
            if (count > 0)
            {
                at += count;
            }
            else if (-count == InterruptibleDescriptor.TryAgain)
            {
                if (_socket.Descriptor.Wait(write: true) < 0) return;
            }
            else if (-count != InterruptibleDescriptor.Interrupted)
            {
                Counters.Drop(-count == PacketSocket.TooLong ? DropReason.TooBig : DropReason.SendFailed);
                at++;
            }
        }

        _sending.Clear();
    }
}
