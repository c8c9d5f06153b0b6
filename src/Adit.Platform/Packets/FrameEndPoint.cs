using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Adit.Platform.Packets;

/// <summary>struct sockaddr_ll: an interface, for a socket of <see cref="PacketSocket.Frames"/> (packet(7)).</summary>
/// <param name="interfaceIndex">The interface's number; 0 for all.</param>
/// <param name="etherType">Which frames; <see cref="All"/> for all.</param>
public sealed class FrameEndPoint(int interfaceIndex, ushort etherType = FrameEndPoint.All) : EndPoint
{
    /// <summary>ETH_P_ALL.</summary>
    public const ushort All = 3;

    private const int Length = 20;

    /// <summary>AF_PACKET, which .NET knows by another number.</summary>
    public override AddressFamily AddressFamily => AddressFamily.Packet;

    /// <inheritdoc/>
    public override SocketAddress Serialize()
    {
        var address = new SocketAddress(AddressFamily.Packet, Length);
        Span<byte> octets = address.Buffer.Span;
        octets.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(octets, PacketSocket.Frames);
        BinaryPrimitives.WriteUInt16BigEndian(octets[2..], etherType);
        BinaryPrimitives.WriteInt32LittleEndian(octets[4..], interfaceIndex);
        return address;
    }

    /// <summary>Whether a message's source (<see cref="MessageBatch.Source"/>) says that this machine sent the frame itself (PACKET_OUTGOING).</summary>
    /// <param name="source">struct sockaddr_ll.</param>
    public static bool IsOutgoing(ReadOnlySpan<byte> source) => source.Length > 10 && source[10] == 4;
}
