namespace Adit.Platform.Netlink;

/// <summary>Numbers of rtnetlink(7): linux/netlink.h, linux/rtnetlink.h, linux/if_link.h, linux/if_addr.h.</summary>
internal static class NetlinkNumbers
{
    public const ushort Error = 2; // NLMSG_ERROR
    public const ushort Done = 3; // NLMSG_DONE
    public const ushort NewLink = 16; // RTM_NEWLINK
    public const ushort DeleteLink = 17;
    public const ushort GetLink = 18;
    public const ushort NewAddress = 20; // RTM_NEWADDR
    public const ushort DeleteAddress = 21;
    public const ushort GetAddress = 22;
    public const ushort NewRoute = 24; // RTM_NEWROUTE
    public const ushort DeleteRoute = 25;
    public const ushort GetRoute = 26;

    public const ushort Request = 0x001; // NLM_F_REQUEST
    public const ushort Acknowledge = 0x004; // NLM_F_ACK
    public const ushort Dump = 0x300; // NLM_F_ROOT | NLM_F_MATCH
    public const ushort Replace = 0x100; // NLM_F_REPLACE
    public const ushort Exclusive = 0x200; // NLM_F_EXCL
    public const ushort Create = 0x400; // NLM_F_CREATE
    public const ushort Capped = 0x100; // NLM_F_CAPPED, in an acknowledgement
    public const ushort Explained = 0x200; // NLM_F_ACK_TLVS, in an acknowledgement

    public const byte Inet = 2; // AF_INET
    public const byte Inet6 = 10; // AF_INET6

    public const uint InterfaceUp = 0x1; // IFF_UP
    public const uint InterfaceRunning = 0x40; // IFF_RUNNING

    public const ushort LinkAddress = 1; // IFLA_ADDRESS
    public const ushort LinkName = 3; // IFLA_IFNAME
    public const ushort LinkMtu = 4;
    public const ushort LinkMaster = 10;
    public const ushort LinkQueueLength = 13; // IFLA_TXQLEN
    public const ushort LinkInfo = 18;
    public const ushort LinkNamespaceDescriptor = 28; // IFLA_NET_NS_FD
    public const ushort LinkGsoSegments = 40; // IFLA_GSO_MAX_SEGS
    public const ushort LinkGsoMaximum = 41; // IFLA_GSO_MAX_SIZE
    public const ushort LinkKind = 1; // IFLA_INFO_KIND
    public const ushort LinkData = 2; // IFLA_INFO_DATA
    public const ushort VethPeer = 1; // VETH_INFO_PEER

    public const ushort AddressPeer = 1; // IFA_ADDRESS: the far end's on a point-to-point interface, else as local
    public const ushort AddressLocal = 2; // IFA_LOCAL
    public const ushort AddressBroadcast = 4;
    public const ushort AddressFlags = 8;
    public const uint NoDuplicateDetection = 0x02; // IFA_F_NODAD

    public const ushort RouteDestination = 1; // RTA_DST
    public const ushort RouteOutput = 4; // RTA_OIF
    public const ushort RouteGateway = 5;
    public const ushort RoutePriority = 6;
    public const ushort RouteSource = 7; // RTA_PREFSRC
    public const ushort RouteMetrics = 8;
    public const ushort RouteTable = 15;
    public const ushort MetricMtu = 2; // RTAX_MTU
    public const byte MainTable = 254; // RT_TABLE_MAIN
    public const byte StaticProtocol = 4; // RTPROT_STATIC
    public const byte LinkScope = 253; // RT_SCOPE_LINK
    public const byte Unicast = 1; // RTN_UNICAST
    public const byte Local = 2; // RTN_LOCAL
}
