using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Adit.Platform.Netlink;

/// <summary>An address of an interface.</summary>
/// <param name="Address">The address, IPv4 or IPv6.</param>
/// <param name="PrefixLength">Bits of the network; with a peer, of the peer's network.</param>
/// <param name="Peer">The far end's address on a point-to-point interface; null for none.</param>
public sealed record InterfaceAddress(IPAddress Address, int PrefixLength, IPAddress? Peer = null)
{
    /// <summary>Reads <c>ADDRESS[/BITS]</c> or <c>ADDRESS,PEER[/BITS]</c>; without bits it is the address alone.</summary>
    /// <param name="text">The text.</param>
    /// <param name="address">What it says.</param>
    /// <returns>False where it is no such thing, or mixes families.</returns>
    public static bool TryParse(string? text, out InterfaceAddress? address)
    {
        address = null;
        if (text is null) return false;
        string[] slash = text.Split('/');
        string[] ends = slash[0].Split(',');
        if (slash.Length > 2 || ends.Length > 2 || !TryAddress(ends[0], out IPAddress? local)) return false;
        IPAddress? peer = null;
        if (ends.Length == 2 && (!TryAddress(ends[1], out peer) || peer!.AddressFamily != local!.AddressFamily)) return false;
        int most = local!.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        int bits = most;
        if (slash.Length == 2 && (!int.TryParse(slash[1], NumberStyles.None, CultureInfo.InvariantCulture, out bits) || bits > most)) return false;
        address = new InterfaceAddress(local, bits, peer);
        return true;
    }

    /// <summary>As <see cref="TryParse"/> reads it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Address}{(Peer is null ? "" : $",{Peer}")}/{PrefixLength}");

    private static bool TryAddress(string text, out IPAddress? address) =>
        IPAddress.TryParse(text, out address) && (address.AddressFamily == AddressFamily.InterNetworkV6 ? address.ScopeId == 0 : text.Split('.').Length == 4);
}
