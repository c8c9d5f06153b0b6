using System.Net;
using Adit.Core.Links;

namespace Adit.Links.Delivery;

/// <summary>
/// The bottom of a packet tunnel: carries the payload of UDP datagrams, or of IP packets of one protocol, to and from one remote or several. Its medium is <see cref="Medium.Datagram"/>. Sending
/// takes super-packets whose delivery payload headers are the same for every segment, and reads <see cref="Packet.TrafficClass"/>, <see cref="Packet.HopLimit"/>, <see cref="PacketFlags.DontFragment"/>,
/// <see cref="PacketFlags.MayFragment"/> and <see cref="Packet.Remote"/>; receiving sets the first three as they came, and the remote, or <see cref="UnknownRemote"/>.
/// </summary>
public interface IDelivery : ILink
{
    /// <summary>The remote of a packet whose source is not one of the remotes. Only deliveries that were told to accept strangers hand on such packets.</summary>
    const ushort UnknownRemote = ushort.MaxValue;

    /// <summary>Octets of the delivery headers: IP, and UDP where there is one.</summary>
    int HeaderLength { get; }

    /// <summary>The local address; the unspecified one where the system chooses.</summary>
    IPEndPoint Local { get; }

    /// <summary>The remotes, by their number.</summary>
    IReadOnlyList<IPEndPoint> Remotes { get; }

    /// <summary>Adds a remote, bounded by <see cref="UnknownRemote"/>. From the receiving or sending thread.</summary>
    /// <param name="remote">Its address (and port).</param>
    /// <returns>Its number; an equal one's where it is there already.</returns>
    ushort AddRemote(IPEndPoint remote);

    /// <summary>The longest whole delivery packet (headers included) that the path to a remote is known to take, in octets (RFC 1191, RFC 8201).</summary>
    /// <param name="remote">Its number.</param>
    int PathMtu(ushort remote);
}
