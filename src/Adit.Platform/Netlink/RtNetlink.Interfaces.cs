using System.Runtime.InteropServices;

namespace Adit.Platform.Netlink;

/// <summary>Interfaces.</summary>
public sealed partial class RtNetlink
{
    private const int InterfaceHeader = 16; // struct ifinfomsg
    private const int NoDevice = 19; // ENODEV

    /// <summary>Looks for an interface.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>Null where there is none.</returns>
    public InterfaceStatus? Find(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!IsName(name)) return null;
        var request = new NetlinkRequest(NetlinkNumbers.GetLink, 0);
        request.AddHeader(InterfaceHeader);
        request.Add(NetlinkNumbers.LinkName, name);
        return Find(request, name);
    }

    /// <summary>Looks for an interface by its index.</summary>
    /// <param name="index">The index.</param>
    /// <returns>Null where there is none.</returns>
    public InterfaceStatus? Find(int index)
    {
        var request = new NetlinkRequest(NetlinkNumbers.GetLink, 0);
        MemoryMarshal.Write(request.AddHeader(InterfaceHeader)[4..], index);
        return Find(request, FormattableString.Invariant($"interface {index}"));
    }

    /// <summary>What an interface is.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="NetlinkException">There is none.</exception>
    public InterfaceStatus Get(string name) => Find(name) ?? throw new NetlinkException($"{name}: interface", NoDevice);

    /// <summary>All interfaces.</summary>
    public IReadOnlyList<InterfaceStatus> List()
    {
        var found = new List<InterfaceStatus>();
        var request = new NetlinkRequest(NetlinkNumbers.GetLink, NetlinkNumbers.Dump);
        request.AddHeader(InterfaceHeader);
        _socket.Ask(request, "interfaces: list", (type, payload) =>
        {
            if (type == NetlinkNumbers.NewLink && payload.Length >= InterfaceHeader) found.Add(Read(payload));
        });
        return found;
    }

    /// <summary>Changes an interface, all at once or not at all as far as the kernel does.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="change">What is to change.</param>
    /// <exception cref="NetlinkException">There is no such interface, the kernel refuses, or CAP_NET_ADMIN is missing.</exception>
    public void Change(string name, InterfaceChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        int index = Get(name).Index;
        var request = new NetlinkRequest(NetlinkNumbers.NewLink, 0);
        Span<byte> header = request.AddHeader(InterfaceHeader);
        MemoryMarshal.Write(header[4..], index);
        if (change.IsUp is { } up)
        {
            MemoryMarshal.Write(header[8..], up ? NetlinkNumbers.InterfaceUp : 0u);
            MemoryMarshal.Write(header[12..], NetlinkNumbers.InterfaceUp);
        }

        if (change.Mtu is { } mtu) request.Add(NetlinkNumbers.LinkMtu, (uint)mtu);
        if (change.QueueLength is { } queue) request.Add(NetlinkNumbers.LinkQueueLength, (uint)queue);
        if (change.GsoMaximumSize is { } gso) request.Add(NetlinkNumbers.LinkGsoMaximum, (uint)gso);
        if (change.GsoMaximumSegments is { } segments) request.Add(NetlinkNumbers.LinkGsoSegments, (uint)segments);
        if (change.Master is { } master) request.Add(NetlinkNumbers.LinkMaster, master.Length == 0 ? 0u : (uint)Get(master).Index);
        if (change.HardwareAddress is { } address) request.Add(NetlinkNumbers.LinkAddress, address.Span);
        _socket.Ask(request, $"{name}: {change}");
    }

    /// <summary>Makes a bridge.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="NetlinkException">The name is taken, the kernel has no bridges, or CAP_NET_ADMIN is missing.</exception>
    public void CreateBridge(string name) => Create(name, "bridge");

    /// <summary>Makes a pair of Ethernet interfaces, each the far end of the other.</summary>
    /// <param name="name">The name of the one here.</param>
    /// <param name="peer">The name of the other.</param>
    /// <param name="elsewhere">Where the other is to be; null for here.</param>
    /// <exception cref="NetlinkException">A name is taken, or CAP_NET_ADMIN is missing.</exception>
    public void CreatePair(string name, string peer, IsolatedNetwork? elsewhere = null)
    {
        NetlinkRequest request = Creation(name);
        int info = request.BeginNest(NetlinkNumbers.LinkInfo);
        request.Add(NetlinkNumbers.LinkKind, "veth");
        int data = request.BeginNest(NetlinkNumbers.LinkData);
        int end = request.BeginNest(NetlinkNumbers.VethPeer);
        request.AddHeader(InterfaceHeader);
        request.Add(NetlinkNumbers.LinkName, peer);
        if (elsewhere is not null) request.Add(NetlinkNumbers.LinkNamespaceDescriptor, (uint)elsewhere.Descriptor);
        request.EndNest(end);
        request.EndNest(data);
        request.EndNest(info);
        _socket.Ask(request, $"{name}: create pair with {peer}");
    }

    /// <summary>Makes an interface of a kind that needs no further words: <c>bridge</c>, <c>dummy</c>, <c>ifb</c>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="kind">The kind.</param>
    /// <exception cref="NetlinkException">The name is taken, the kernel does not know the kind, or CAP_NET_ADMIN is missing.</exception>
    public void Create(string name, string kind)
    {
        ArgumentException.ThrowIfNullOrEmpty(kind);
        NetlinkRequest request = Creation(name);
        int info = request.BeginNest(NetlinkNumbers.LinkInfo);
        request.Add(NetlinkNumbers.LinkKind, kind);
        request.EndNest(info);
        _socket.Ask(request, $"{name}: create {kind}");
    }

    /// <summary>Removes an interface that was made (not hardware).</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="NetlinkException">There is none, it cannot be removed, or CAP_NET_ADMIN is missing.</exception>
    public void Delete(string name)
    {
        int index = Get(name).Index;
        var request = new NetlinkRequest(NetlinkNumbers.DeleteLink, 0);
        MemoryMarshal.Write(request.AddHeader(InterfaceHeader)[4..], index);
        _socket.Ask(request, $"{name}: delete");
    }

    private static NetlinkRequest Creation(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!IsName(name)) throw new NetlinkException($"{name}: name: expected 1 to {LongestName} characters without / : % and space, got {name.Length}", 22); // EINVAL
        var request = new NetlinkRequest(NetlinkNumbers.NewLink, NetlinkNumbers.Create | NetlinkNumbers.Exclusive);
        request.AddHeader(InterfaceHeader);
        request.Add(NetlinkNumbers.LinkName, name);
        return request;
    }

    private InterfaceStatus? Find(NetlinkRequest request, string what)
    {
        InterfaceStatus? found = null;
        try
        {
            _socket.Ask(request, what, (type, payload) =>
            {
                if (type == NetlinkNumbers.NewLink && payload.Length >= InterfaceHeader) found = Read(payload);
            });
            return found;
        }
        catch (NetlinkException e) when (e.ErrorNumber == NoDevice)
        {
            return null;
        }
    }

    private static InterfaceStatus Read(ReadOnlySpan<byte> payload)
    {
        uint flags = MemoryMarshal.Read<uint>(payload[8..]);
        var status = new InterfaceStatus(MemoryMarshal.Read<int>(payload[4..]), "")
        {
            IsUp = (flags & NetlinkNumbers.InterfaceUp) != 0,
            IsRunning = (flags & NetlinkNumbers.InterfaceRunning) != 0,
        };
        var attributes = new NetlinkAttributes(payload[InterfaceHeader..]);
        while (attributes.MoveNext())
        {
            status = attributes.Type switch
            {
                NetlinkNumbers.LinkName => status with { Name = attributes.Text },
                NetlinkNumbers.LinkMtu => status with { Mtu = (int)attributes.Number },
                NetlinkNumbers.LinkQueueLength => status with { QueueLength = (int)attributes.Number },
                NetlinkNumbers.LinkGsoMaximum => status with { GsoMaximumSize = (int)attributes.Number },
                NetlinkNumbers.LinkMaster => status with { Master = (int)attributes.Number },
                NetlinkNumbers.LinkAddress => status with { HardwareAddress = attributes.Value.ToArray() },
                NetlinkNumbers.LinkInfo => status with { Kind = KindOf(attributes.Value) },
                _ => status,
            };
        }

        return status;
    }

    private static string KindOf(ReadOnlySpan<byte> info)
    {
        var attributes = new NetlinkAttributes(info);
        while (attributes.MoveNext())
            if (attributes.Type == NetlinkNumbers.LinkKind) return attributes.Text;
        return "";
    }
}
