using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Adit.Platform.Netlink;

namespace Adit.Gateway.Configuration;

/// <summary>Routes of links in the words of <c>ip route</c>: <c>PREFIX [via ADDRESS] [src ADDRESS] [metric NUMBER] [mtu OCTETS]</c>. The interface is the link's.</summary>
internal static class LinkRoutes
{
    public static bool TryParse(string text, out Route? route, out string? why)
    {
        route = null;
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0 || !TryPrefix(words[0], out IPNetwork prefix))
        {
            why = $"expected a network such as 10.0.0.0/8, default or ::/0, got '{(words.Length == 0 ? "" : words[0])}'";
            return false;
        }

        var read = new Route(prefix);
        for (int i = 1; i < words.Length; i += 2)
        {
            string value = i + 1 < words.Length ? words[i + 1] : "";
            IPAddress? address = IPAddress.TryParse(value, out IPAddress? a) && a.AddressFamily == prefix.BaseAddress.AddressFamily ? a : null;
            bool isNumber = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number);
            (Route? next, string expected) = words[i] switch
            {
                "via" => (address is null ? null : read with { Gateway = address }, "an address of the route's family"),
                "src" => (address is null ? null : read with { Source = address }, "an address of the route's family"),
                "metric" => (isNumber ? read with { Metric = number } : null, "a number"),
                "mtu" => (isNumber && number is >= 68 and <= 65_535 ? read with { Mtu = number } : null, "68 to 65535 octets"),
                _ => (null, ""),
            };
            if (next is null)
            {
                why = expected.Length == 0 ? $"expected via, src, metric or mtu, got '{words[i]}'" : $"{words[i]}: expected {expected}, got '{value}'";
                return false;
            }

            read = next;
        }

        (route, why) = (read, null);
        return true;
    }

    private static bool TryPrefix(string text, out IPNetwork prefix)
    {
        if (text is "default" or "0.0.0.0/0" or "::/0")
        {
            prefix = new IPNetwork(text == "::/0" ? IPAddress.IPv6Any : IPAddress.Any, 0);
            return true;
        }

        bool isAddress = text.AsSpan().IndexOfAny(".:") >= 0;
        if (isAddress && IPNetwork.TryParse(text, out prefix)) return true;
        bool isHost = isAddress && IPAddress.TryParse(text, out IPAddress? host) && (host.AddressFamily == AddressFamily.InterNetworkV6 || text.Split('.').Length == 4);
        prefix = isHost ? new IPNetwork(IPAddress.Parse(text), text.Contains(':', StringComparison.Ordinal) ? 128 : 32) : default;
        return isHost;
    }
}
