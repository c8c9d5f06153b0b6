using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Adit.Core;
using Adit.Core.Links;
using Adit.Platform.Packets;

namespace Adit.Links.Delivery;

/// <summary>What UDP and raw IP delivery have in common: one socket, batches of messages, DF and path MTU.</summary>
/// <remarks>
/// Theory of operation: a super-packet becomes messages whose parts are headers in the segmenter's scratch memory and payload where it lies; over UDP one message holds up to 64 segments
/// (UDP_SEGMENT) and the kernel cuts it, elsewhere each segment is a message of one sendmmsg(2). In the other direction UDP_GRO gives many datagrams as one message, which is only looked at as
/// packets, never copied. DF is a setting of the socket, changed when the next packet wants another. What the system learned of the path (ICMP) is read from it: <see cref="PathMtuCache"/>.
/// </remarks>
public abstract class SocketDelivery : IDelivery
{
    /// <summary>Ours: socket buffers asked for, in octets; what the system grants may be less.</summary>
    private const int SocketBuffer = 7 * 1024 * 1024;

    /// <summary>Ours: messages received at once.</summary>
    private const int Rooms = 8;

    /// <summary>Ours: failures to receive, one after the other, that are borne.</summary>
    private const int MostFailures = 1000;

    /// <summary>UDP_MAX_SEGMENTS of Linux before 6.9.</summary>
    private const int MaximumSegments = 64;

    /// <summary>The longest message: an IPv4 packet less its headers, in octets.</summary>
    private const int MaximumMessage = 65_507;

    private readonly MessageBatch _sending = new(PacketSegmenter.MaximumSegments, 1024);
    private readonly MessageBatch _receiving = new(64, 64);
    private readonly MessageBatch _failures = new(1, 1);
    private readonly byte[] _failure = GC.AllocateArray<byte>(2048, pinned: true);
    private readonly PacketSegmenter _segmenter = new();
    private readonly PathMtuCache _pathMtu;
    private readonly List<byte[]> _names = [];
    private readonly List<IPEndPoint> _remotes = [];
    private readonly bool _isConnected;
    private readonly bool _matchesPort;
    private readonly bool _takesStrangers;
    private readonly int _rooms;
    private PathMtuDiscovery _discovery = PathMtuDiscovery.Dont;
    private bool _segments;
    private int _open;
    private int _openLength;
    private int _openSegments;
    private int _openSize;
    private Packet _openLike;

    /// <summary>Takes over a socket.</summary>
    /// <param name="socket">It is bound, and connected where there is one remote only; owned.</param>
    /// <param name="isUdp">Whether segmentation and coalescing in the kernel are worth trying.</param>
    /// <param name="remote">The first remote, if there is one yet.</param>
    /// <param name="isConnected">Whether the socket is connected to it.</param>
    /// <param name="local">Where it is bound.</param>
    /// <param name="matchesPort">Whether a remote is known by its port too.</param>
    /// <param name="takesStrangers">Whether packets of others are handed on.</param>
    protected SocketDelivery(PacketSocket socket, bool isUdp, IPEndPoint? remote, bool isConnected, IPEndPoint local, bool matchesPort, bool takesStrangers)
    {
        Socket = socket;
        Local = local;
        IsIpv6 = local.AddressFamily == AddressFamily.InterNetworkV6;
        (_isConnected, _matchesPort, _takesStrangers) = (isConnected, matchesPort, takesStrangers);
        _pathMtu = new PathMtuCache(local.Address);
        _rooms = isUdp ? Rooms : 64;
        if (!socket.TrySet(PacketSocketOption.ReceiveBufferForce, SocketBuffer)) socket.TrySet(PacketSocketOption.ReceiveBuffer, SocketBuffer);
        if (!socket.TrySet(PacketSocketOption.SendBufferForce, SocketBuffer)) socket.TrySet(PacketSocketOption.SendBuffer, SocketBuffer);
        socket.TrySet(IsIpv6 ? PacketSocketOption.ReceiveTrafficClass6 : PacketSocketOption.ReceiveTrafficClass, 1);
        socket.TrySet(IsIpv6 ? PacketSocketOption.ReceiveHopLimit6 : PacketSocketOption.ReceiveHopLimit, 1);
        socket.TrySet(IsIpv6 ? PacketSocketOption.ReceiveErrors6 : PacketSocketOption.ReceiveErrors, 1);
        socket.TrySet(IsIpv6 ? PacketSocketOption.MtuDiscover6 : PacketSocketOption.MtuDiscover, (int)_discovery);
        if (remote is not null) AddRemote(remote);
        if (!isUdp) return;
        _segments = true;
        socket.TrySet(PacketSocketOption.DatagramGro, 1);
    }

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public abstract int HeaderLength { get; }

    /// <inheritdoc/>
    public LinkProperties Properties { get; } = new() { Medium = Medium.Datagram, TakesSegmentation = true };

    /// <inheritdoc/>
    public LinkCounters Counters { get; } = new();

    /// <inheritdoc/>
    public IPEndPoint Local { get; }

    /// <inheritdoc/>
    public IReadOnlyList<IPEndPoint> Remotes => _remotes;

    /// <summary>Whether the delivery header is IPv6's.</summary>
    public bool IsIpv6 { get; }

    /// <summary>Whether the kernel cuts super-packets (UDP_SEGMENT); it is given up for good where a route cannot.</summary>
    public bool UsesSegmentation => _segments;

    /// <summary>The socket.</summary>
    protected PacketSocket Socket { get; }

    /// <inheritdoc/>
    public ushort AddRemote(IPEndPoint remote)
    {
        ArgumentNullException.ThrowIfNull(remote);
        lock (_remotes)
        {
            int known = _remotes.IndexOf(remote);
            if (known >= 0) return (ushort)known;
            if (_remotes.Count == IDelivery.UnknownRemote) throw new TunnelException(TunnelError.ResourceShortage, $"{Name}: remotes: expected at most {IDelivery.UnknownRemote}");
            SocketAddress address = remote.Serialize();
            _names.Add(address.Buffer.Span[..address.Size].ToArray());
            _remotes.Add(remote);
            return (ushort)(_remotes.Count - 1);
        }
    }

    /// <inheritdoc/>
    public int PathMtu(ushort remote) => remote < _remotes.Count ? _pathMtu.Of(_remotes[remote].Address) : ushort.MaxValue;

    /// <inheritdoc/>
    public int Receive(PacketBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        for (int failures = 0; ; failures++)
        {
            int count = ReceiveOnce(batch);
            if (count > 0) return count;
            if (count == 0 || -count == InterruptibleDescriptor.TryAgain) failures = 0;
            if (count == 0)
            {
                batch.Clear(); // all of it was dropped
                continue;
            }

            if (-count == InterruptibleDescriptor.TryAgain)
            {
                int events = Socket.Descriptor.Wait();
                if (events < 0) return 0;
                if ((events & InterruptibleDescriptor.ErrorPending) != 0) TakeErrors();
            }
            else if (-count == 9)
            {
                return 0; // EBADF: closed
            }
            else if (!TakeErrors() && failures > MostFailures)
            {
                // One at a time is an ICMP error of an earlier packet; without end, the socket is broken.
                throw new TunnelException(TunnelError.ConnectionLost, $"{Name}: {Marshal.GetPInvokeErrorMessage(-count)}");
            }
        }
    }

    /// <inheritdoc/>
    public void Send(PacketBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        _sending.Clear();
        _open = 0;
        foreach (ref Packet packet in batch.Packets)
        {
            if (packet.Dropped != DropReason.None) Counters.Drop(packet.Dropped);
            else if (packet.Remote >= _names.Count) Counters.Drop(DropReason.NoRemote);
            else if (packet.Segmentation != SegmentationKind.None) SendSegments(batch, packet);
            else SendPlain(batch, ref packet);
        }

        Flush();
    }

    /// <inheritdoc/>
    public void Interrupt() => Socket.Descriptor.Interrupt();

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Socket.Dispose();
        _pathMtu.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>The delivery header is about to differ from the socket's settings in more than DF.</summary>
    /// <param name="packet">The next packet.</param>
    /// <returns>Whether what was gathered must be sent first.</returns>
    protected virtual bool NeedsOtherSettings(in Packet packet) => false;

    /// <summary>Changes the socket's settings for a packet.</summary>
    /// <param name="packet">The next packet.</param>
    protected virtual void ApplySettings(in Packet packet)
    {
    }

    /// <summary>Takes a header off a received packet that the system left on (raw IPv4), and judges it.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="packet">The packet.</param>
    protected virtual void Received(PacketBatch batch, ref Packet packet)
    {
    }

    private static bool IsAlike(in Packet a, in Packet b) =>
        a.TrafficClass == b.TrafficClass && a.HopLimit == b.HopLimit && a.Remote == b.Remote && ((a.Flags ^ b.Flags) & (PacketFlags.DontFragment | PacketFlags.MayFragment)) == 0 && a.NestingLimit == b.NestingLimit;

    private int ReceiveOnce(PacketBatch batch)
    {
        _receiving.Clear();
        int rooms = Math.Min(_rooms, batch.BuffersLeft);
        Span<(int Floor, int Start, int Ceiling)> places = stackalloc (int, int, int)[rooms];
        for (int i = 0; i < rooms; i++)
        {
            batch.TryTakeBuffer(out int floor, out int start, out int ceiling);
            places[i] = (floor, start, ceiling);
            _receiving.AddRoom(batch.Address + start, ceiling - start);
        }

        int count = _receiving.Receive(Socket);
        batch.ReturnBuffers(rooms - Math.Max(0, count));
        if (count < 0) return count;
        long octets = 0, packets = 0;
        int before = batch.Count;
        for (int i = 0; i < count; i++)
        {
            int length = _receiving.Length(i);
            _receiving.ReadControl(i, out byte trafficClass, out byte hopLimit, out int size);
            ushort remote = _isConnected ? (ushort)0 : RemoteOf(_receiving.Source(i));
            if (size <= 0 || size > length) size = Math.Max(1, length);
            (int floor, int start, int ceiling) = places[i];
            for (int at = 0; at < length || at == 0; at += size)
            {
                int piece = Math.Min(size, length - at);
                packets++;
                octets += piece;
                var packet = new Packet
                {
                    Offset = start + at, Length = piece, Floor = at == 0 ? floor : start + at, Ceiling = at + piece == length ? ceiling : start + at + piece,
                    NetworkStart = start + at, TrafficClass = trafficClass, HopLimit = hopLimit, Remote = remote,
                };
                if (remote == IDelivery.UnknownRemote && !_takesStrangers) packet.Drop(DropReason.WrongSource);
                else Received(batch, ref packet);
                if (packet.Dropped != DropReason.None) Counters.Drop(packet.Dropped);
                else if (!batch.Add(packet)) Counters.Drop(DropReason.NoRoom);
            }
        }

        Counters.Received(count, octets, 1, packets);
        return batch.Count - before;
    }

    private ushort RemoteOf(ReadOnlySpan<byte> source)
    {
        // struct sockaddr_in: family, port, address; sockaddr_in6: family, port, flow, address, scope.
        (int at, int length) = IsIpv6 ? (8, 16) : (4, 4);
        if (source.Length < at + length) return IDelivery.UnknownRemote;
        for (int i = 0; i < _names.Count; i++)
        {
            ReadOnlySpan<byte> name = _names[i];
            if (name.Slice(at, length).SequenceEqual(source.Slice(at, length)) && (!_matchesPort || name.Slice(2, 2).SequenceEqual(source.Slice(2, 2)))) return (ushort)i;
        }

        return _takesStrangers && _names.Count < IDelivery.UnknownRemote ? Stranger(source) : IDelivery.UnknownRemote;
    }

    /// <summary>Hook for those that learn remotes from what arrives.</summary>
    /// <param name="source">struct sockaddr.</param>
    /// <returns>The number of the remote, or <see cref="IDelivery.UnknownRemote"/>.</returns>
    protected virtual ushort Stranger(ReadOnlySpan<byte> source) => IDelivery.UnknownRemote;

    /// <summary>Whether the system is to refuse what is longer than the path takes.</summary>
    /// <param name="packet">The next packet.</param>
    protected virtual PathMtuDiscovery DiscoveryFor(in Packet packet) => (packet.Flags & PacketFlags.DontFragment) != 0 ? PathMtuDiscovery.Do : PathMtuDiscovery.Dont;

    /// <summary>Whether packets may leave as one message for the kernel to cut; it cuts none that it would have to fragment.</summary>
    private bool MayMerge(in Packet packet) => _segments && (packet.Flags & PacketFlags.MayFragment) == 0;

    private void Prepare(in Packet packet)
    {
        PathMtuDiscovery wanted = DiscoveryFor(packet);
        if (wanted != _discovery || NeedsOtherSettings(packet))
        {
            Flush();
            ApplySettings(packet);
            if (wanted != _discovery) Socket.TrySet(IsIpv6 ? PacketSocketOption.MtuDiscover6 : PacketSocketOption.MtuDiscover, (int)wanted);
            _discovery = wanted;
        }
    }

    private void SendSegments(PacketBatch batch, in Packet packet)
    {
        EndOpen();
        Prepare(packet);
        if (!_segmenter.TryCut(batch.Memory, packet))
        {
            Counters.Drop(DropReason.BadHeader);
            return;
        }

        // The scratch memory is used again for the next packet, so nothing of this one may stay behind.
        int inMessage = 0, octets = 0, size = _segmenter.Segments[0].Length;
        for (int i = 0; i < _segmenter.Count; i++)
        {
            PacketSegment segment = _segmenter.Segments[i];
            if (inMessage > 0 && (!MayMerge(packet) || inMessage == MaximumSegments || octets + segment.Length > MaximumMessage))
            {
                EndMessage(packet, inMessage, octets, size);
                inMessage = octets = 0;
            }

            if (_sending.PartsLeft < 4 || _sending.Count >= _sending.Capacity - 1) Flush();
            _sending.AddPart(_segmenter.ScratchAddress + segment.HeaderOffset, segment.HeaderLength);
            if (segment.PayloadLength > 0) _sending.AddPart(batch.Address + segment.PayloadOffset, segment.PayloadLength);
            inMessage++;
            octets += segment.Length;
        }

        EndMessage(packet, inMessage, octets, size);
        Flush();
    }

    private void SendPlain(PacketBatch batch, ref Packet packet)
    {
        if (!PacketSegmenter.TryCompleteChecksum(batch.Memory, ref packet))
        {
            Counters.Drop(DropReason.BadHeader);
            return;
        }

        // Packets of one length to one place leave as one message; a shorter one ends it.
        if (_open > 0 && (!MayMerge(packet) || packet.Length > _openSize || _openSegments == MaximumSegments || _openLength + packet.Length > MaximumMessage || packet.Length == 0 || !IsAlike(packet, _openLike))) EndOpen();
        if (_open == 0)
        {
            Prepare(packet);
            if (_sending.PartsLeft < 2 || _sending.Count >= _sending.Capacity - 1) Flush();
            (_openSize, _openLength, _openSegments, _openLike) = (packet.Length, 0, 0, packet);
        }
        else if (_sending.PartsLeft < 2)
        {
            EndOpen();
            Flush();
            (_openSize, _openLength, _openSegments, _openLike) = (packet.Length, 0, 0, packet);
        }

        _sending.AddPart(batch.Address + packet.Offset, packet.Length);
        _open++;
        _openSegments++;
        _openLength += packet.Length;
        if (packet.Length < _openSize || !MayMerge(packet)) EndOpen();
    }

    private void EndOpen()
    {
        if (_open == 0) return;
        _open = 0;
        EndMessage(_openLike, _openSegments, _openLength, _openSize);
    }

    private void EndMessage(in Packet like, int segments, int octets, int size)
    {
        _sending.EndMessage(
            _isConnected ? default : _names[like.Remote],
            IsIpv6,
            like.TrafficClass,
            like.HopLimit,
            segments > 1 ? size : 0);
        Counters.Sent(1, octets, 0, segments);
    }

    private void Flush()
    {
        EndOpen();
        for (int at = 0; at < _sending.Count;)
        {
            int count = _sending.Send(Socket, at);
            Counters.Sent(0, 0, 1, 0);
            if (count > 0)
            {
                at += count;
                continue;
            }

            switch (-count)
            {
                case InterruptibleDescriptor.Interrupted:
                    continue;
                case InterruptibleDescriptor.TryAgain:
                    if (Socket.Descriptor.Wait(write: true) < 0) at = _sending.Count;
                    continue;
                case PacketSocket.InputOutput or PacketSocket.Invalid when _segments:
                    // No checksum offload on the route, or segments that do not fit: from now on packet by packet. What is lost here is sent again by who cares.
                    _segments = false;
                    Counters.Drop(DropReason.SendFailed);
                    at++;
                    continue;
                case PacketSocket.TooLong:
                    _pathMtu.Forget();
                    Counters.Drop(DropReason.TooBig);
                    at++;
                    continue;
                case 111 or 113 or 101 or 112 or 92 or 71:
                    // ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENOPROTOOPT, EPROTO: an ICMP error of an earlier packet, or no route now.
                    if (TakeErrors()) continue;
                    Counters.Drop(DropReason.SendFailed);
                    at++;
                    continue;
                case 9:
                    at = _sending.Count;
                    continue;
                default:
                    Counters.Drop(DropReason.SendFailed);
                    at++;
                    continue;
            }
        }

        _sending.Clear();
    }

    /// <summary>Empties the error queue; it tells that the path has changed, or that nobody is there.</summary>
    /// <returns>Whether there was anything.</returns>
    private bool TakeErrors()
    {
        bool any = false;
        lock (_failures)
        {
            for (int i = 0; i < 64; i++)
            {
                _failures.Clear();
                _failures.AddRoom(Marshal.UnsafeAddrOfPinnedArrayElement(_failure, 0), _failure.Length);
                if (!_failures.ReceiveError(Socket)) break;
                any = true;
            }
        }

        if (any) _pathMtu.Forget();
        return any;
    }
}
