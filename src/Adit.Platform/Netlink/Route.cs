using System.Globalization;
using System.Net;
using System.Text;

namespace Adit.Platform.Netlink;

/// <summary>A route of the main table.</summary>
/// <param name="Destination">Where it leads; <c>0.0.0.0/0</c> and <c>::/0</c> lead everywhere.</param>
public sealed record Route(IPNetwork Destination)
{
    /// <summary>The interface; null for whichever reaches the gateway.</summary>
    public string? Device { get; init; }

    /// <summary>The next hop; null for a destination on the interface itself.</summary>
    public IPAddress? Gateway { get; init; }

    /// <summary>The source address of what this machine sends; null for the kernel's choice.</summary>
    public IPAddress? Source { get; init; }

    /// <summary>The smaller is preferred; null for the kernel's default (0, or 1024 for IPv6).</summary>
    public int? Metric { get; init; }

    /// <summary>The longest packet on this route, in octets; null for the interface's.</summary>
    public int? Mtu { get; init; }

    /// <summary>As <c>ip route</c> takes it.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Destination.PrefixLength == 0 ? (Destination.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? "default" : "::/0") : Destination.ToString());
        if (Gateway is not null) text.Append(CultureInfo.InvariantCulture, $" via {Gateway}");
        if (Device is not null) text.Append(CultureInfo.InvariantCulture, $" dev {Device}");
        if (Source is not null) text.Append(CultureInfo.InvariantCulture, $" src {Source}");
        if (Metric is not null) text.Append(CultureInfo.InvariantCulture, $" metric {Metric}");
        if (Mtu is not null) text.Append(CultureInfo.InvariantCulture, $" mtu {Mtu}");
        return text.ToString();
    }
}
