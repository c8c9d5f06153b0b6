using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Adit.Platform.Netlink;

/// <summary>Addresses.</summary>
public sealed partial class RtNetlink
{
    private const int AddressHeader = 8; // struct ifaddrmsg

    /// <summary>Gives an interface an address, usable at once (no duplicate address detection).</summary>
    /// <param name="name">The interface.</param>
    /// <param name="address">The address.</param>
    /// <exception cref="NetlinkException">It has it already, there is no such interface, or CAP_NET_ADMIN is missing.</exception>
    public void AddAddress(string name, InterfaceAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        NetlinkRequest request = AddressRequest(NetlinkNumbers.NewAddress, NetlinkNumbers.Create | NetlinkNumbers.Exclusive, name, address);
        if (address.Address.AddressFamily == AddressFamily.InterNetworkV6) request.Add(NetlinkNumbers.AddressFlags, NetlinkNumbers.NoDuplicateDetection);
        else if (address is { Peer: null, PrefixLength: < 31 }) request.Add(NetlinkNumbers.AddressBroadcast, BroadcastOf(address)); // RFC 3021: /31 has none
        _socket.Ask(request, $"{name}: add address {address}");
    }

    /// <summary>Takes an address from an interface.</summary>
    /// <param name="name">The interface.</param>
    /// <param name="address">The address.</param>
    /// <exception cref="NetlinkException">It does not have it, there is no such interface, or CAP_NET_ADMIN is missing.</exception>
    public void RemoveAddress(string name, InterfaceAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        _socket.Ask(AddressRequest(NetlinkNumbers.DeleteAddress, 0, name, address), $"{name}: remove address {address}");
    }

    /// <summary>The addresses of an interface, link-local ones included.</summary>
    /// <param name="name">The interface.</param>
    /// <exception cref="NetlinkException">There is no such interface.</exception>
    public IReadOnlyList<InterfaceAddress> Addresses(string name)
    {
        int index = Get(name).Index;
        var found = new List<InterfaceAddress>();
        var request = new NetlinkRequest(NetlinkNumbers.GetAddress, NetlinkNumbers.Dump);
        request.AddHeader(AddressHeader);
        _socket.Ask(request, $"{name}: list addresses", (type, payload) =>
        {
            if (type != NetlinkNumbers.NewAddress || payload.Length < AddressHeader || MemoryMarshal.Read<int>(payload[4..]) != index) return;
            (IPAddress? local, IPAddress? peer) = (null, null);
            var attributes = new NetlinkAttributes(payload[AddressHeader..]);
            while (attributes.MoveNext())
            {
                if (attributes.Type == NetlinkNumbers.AddressLocal) local = attributes.Address;
                else if (attributes.Type == NetlinkNumbers.AddressPeer) peer = attributes.Address;
            }

            // IPv6 without a peer has IFA_ADDRESS alone; with one, IFA_ADDRESS is the peer's.
            if (local is null || local.Equals(peer)) (local, peer) = (local ?? peer, null);
            if (local is not null) found.Add(new InterfaceAddress(local, payload[1], peer));
        });
        return found;
    }

    private NetlinkRequest AddressRequest(ushort type, ushort flags, string name, InterfaceAddress address)
    {
        int index = Get(name).Index;
        var request = new NetlinkRequest(type, flags);
        Span<byte> header = request.AddHeader(AddressHeader);
        header[0] = FamilyOf(address.Address);
        header[1] = (byte)address.PrefixLength;
        MemoryMarshal.Write(header[4..], index);
        request.Add(NetlinkNumbers.AddressLocal, address.Address);
        request.Add(NetlinkNumbers.AddressPeer, address.Peer ?? address.Address);
        return request;
    }

    private static IPAddress BroadcastOf(InterfaceAddress address)
    {
        Span<byte> octets = stackalloc byte[4];
        address.Address.TryWriteBytes(octets, out _);
        uint mask = address.PrefixLength == 0 ? 0 : uint.MaxValue << (32 - address.PrefixLength);
        BinaryPrimitives.WriteUInt32BigEndian(octets, BinaryPrimitives.ReadUInt32BigEndian(octets) | ~mask);
        return new IPAddress(octets);
    }
}
