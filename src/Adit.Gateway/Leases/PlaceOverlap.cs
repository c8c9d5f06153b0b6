using System.Net;
using Adit.Core;
using Adit.Core.Policy;

namespace Adit.Gateway.Leases;

/// <summary>Tells whether two listeners would be in each other's way.</summary>
internal static class PlaceOverlap
{
    /// <summary>What must be done one after the other: everything on one port, or on one path.</summary>
    public static string GateOf(Destination place) => place switch
    {
        TcpDestination tcp => $"tcp {tcp.Port}",
        UnixDestination unix => $"unix {unix.Path}",
        _ => place.ToString(),
    };

    public static bool Overlap(Destination one, Destination other) => (one, other) switch
    {
        (TcpDestination a, TcpDestination b) => a.Port == b.Port && (IsWildcard(a.Host) || IsWildcard(b.Host) || Same(a.Host, b.Host)),
        (UnixDestination a, UnixDestination b) => a.Path == b.Path,
        _ => false,
    };

    private static bool Same(string a, string b) =>
        string.Equals(a, b, StringComparison.OrdinalIgnoreCase)
        || (IsLocalhost(a) && IsFirstLoopback(b))
        || (IsLocalhost(b) && IsFirstLoopback(a))
        || (IPAddress.TryParse(a, out IPAddress? x) && IPAddress.TryParse(b, out IPAddress? y) && AddressClassifier.Unwrap(x).Equals(AddressClassifier.Unwrap(y)));

    // RFC 4254 §7.1: "" is every address of every family.
    private static bool IsWildcard(string host) =>
        host is "" or "*" || (IPAddress.TryParse(host, out IPAddress? address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)));

    private static bool IsLocalhost(string host) => string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase);

    private static bool IsFirstLoopback(string host) =>
        IPAddress.TryParse(host, out IPAddress? address) && (address.Equals(IPAddress.Loopback) || address.Equals(IPAddress.IPv6Loopback));
}
