using System.Globalization;
using System.Text;
using Adit.Core.Policy;

namespace Adit.Proxies.Transparent;

/// <summary>
/// The nftables rules that send connections to a transparent proxy, as one table of its own. Connections that the proxy makes carry a mark, so that they are
/// not sent back to it.
/// </summary>
/// <param name="Port">The proxy's port.</param>
/// <param name="Tproxy">Whether TPROXY hands connections over unchanged; else REDIRECT rewrites their destination.</param>
/// <param name="Ports">The destination ports that are sent here.</param>
public sealed record NftRules(int Port, bool Tproxy, PortRange Ports)
{
    /// <summary>Ours: the mark of the proxy's own connections.</summary>
    public const uint OwnMark = 0x00ad1700;

    /// <summary>Ours: the mark that routes TPROXY's packets to this machine, and the number of the routing table that does.</summary>
    public const uint RouteMark = 0x00ad1701;

    /// <summary>The beginning of the table's name; the process id follows.</summary>
    public const string TablePrefix = "adit_proxy_";

    /// <summary>The routing that TPROXY needs beside the rules, as arguments of ip(8).</summary>
    public IReadOnlyList<string> Routes => !Tproxy ? [] :
    [
        $"-4 rule add fwmark {RouteMark} lookup {RouteMark}",
        $"-4 route add local default dev lo table {RouteMark}",
        $"-6 rule add fwmark {RouteMark} lookup {RouteMark}",
        $"-6 route add local default dev lo table {RouteMark}",
    ];

    /// <summary>What takes <see cref="Routes"/> back.</summary>
    public IReadOnlyList<string> RoutesBack => !Tproxy ? [] :
    [
        $"-4 rule del fwmark {RouteMark} lookup {RouteMark}",
        $"-4 route flush table {RouteMark}",
        $"-6 rule del fwmark {RouteMark} lookup {RouteMark}",
        $"-6 route flush table {RouteMark}",
    ];

    /// <summary>The rules, for <c>nft -f -</c>.</summary>
    /// <param name="table">The name of the table.</param>
    public string ToScript(string table)
    {
        var script = new StringBuilder();
        string ports = Ports == PortRange.Any ? "" : string.Create(CultureInfo.InvariantCulture, $" tcp dport {Ports}");
        script.Append(CultureInfo.InvariantCulture, $"table inet {table} {{\n");
        if (Tproxy)
        {
            // Only prerouting can hand packets to a socket: this machine's own connections are routed through it once more by their mark.
            script.Append("    chain prerouting {\n        type filter hook prerouting priority mangle; policy accept;\n");
            script.Append(CultureInfo.InvariantCulture, $"        meta mark {OwnMark} return\n        meta l4proto tcp socket transparent 1 meta mark set {RouteMark} accept\n");
            script.Append(CultureInfo.InvariantCulture, $"        fib daddr type local meta mark != {RouteMark} return\n");
            script.Append(CultureInfo.InvariantCulture, $"        meta l4proto tcp{ports} meta mark set {RouteMark} tproxy ip to :{Port} accept\n        meta l4proto tcp{ports} meta mark set {RouteMark} tproxy ip6 to :{Port} accept\n    }}\n");
            script.Append("    chain output {\n        type route hook output priority mangle; policy accept;\n");
            script.Append(CultureInfo.InvariantCulture, $"        meta mark {OwnMark} return\n        fib daddr type local return\n        meta l4proto tcp{ports} meta mark set {RouteMark}\n    }}\n");
        }
        else
        {
            script.Append("    chain prerouting {\n        type nat hook prerouting priority dstnat; policy accept;\n");
            script.Append(CultureInfo.InvariantCulture, $"        fib daddr type local return\n        meta l4proto tcp{ports} redirect to :{Port}\n    }}\n");
            script.Append("    chain output {\n        type nat hook output priority -100; policy accept;\n");
            script.Append(CultureInfo.InvariantCulture, $"        meta mark {OwnMark} return\n        fib daddr type local return\n        meta l4proto tcp{ports} redirect to :{Port}\n    }}\n");
        }

        return script.Append("}\n").ToString();
    }
}
