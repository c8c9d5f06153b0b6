using System.Text;
using System.Text.Json;

namespace Adit.TestKit.Peers;

/// <summary>
/// A firewall (nftables) between the two sides of a <see cref="NetworkNamespace"/> of a line: what comes from the left is dropped without a word, but for what its one rule
/// lets through; answers come back. It counts both. It goes with its namespace. Needs root.
/// </summary>
public sealed class NftFirewall
{
    private const string Table = "inet adit_firewall";
    private readonly NetworkNamespace _at;

    private NftFirewall(NetworkNamespace at)
    {
        _at = at;
    }

    /// <summary>Shuts it.</summary>
    /// <param name="at">Where.</param>
    /// <param name="input">What of the left may reach this machine itself, in nft's words, such as "tcp dport 3128"; null for nothing.</param>
    /// <param name="forward">What of the left may go on to the right; null for nothing.</param>
    /// <param name="refuse">What is refused before that, with a reset; null for nothing.</param>
    public static async Task<NftFirewall> StartAsync(NetworkNamespace at, string? input = null, string? forward = null, string? refuse = null)
    {
        string Rule(string? passes) => passes is null ? "" : $"iifname \"left\" {passes} counter name passed accept";
        string refusal = refuse is null ? "" : $"iifname \"left\" {refuse} counter name refused reject with tcp reset";
        NftFirewall firewall = new(at);
        (await firewall.NftAsync($$"""
            table {{Table}} {
                counter passed { }
                counter refused { }
                counter shut { }
                chain input {
                    type filter hook input priority filter; policy drop;
                    iifname "lo" accept
                    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
                    iifname "right" ct state established accept
                    {{refusal}}
                    {{Rule(input)}}
                    iifname "left" meta l4proto { tcp, udp } counter name shut drop
                }
                chain forward {
                    type filter hook forward priority filter; policy drop;
                    iifname "right" ct state established accept
                    {{refusal}}
                    {{Rule(forward)}}
                    iifname "left" meta l4proto { tcp, udp } counter name shut drop
                }
            }

            """)).Succeeded();
        return firewall;
    }

    /// <summary>The packets of the left that it let through, that it refused, and of TCP and UDP that it dropped.</summary>
    public async Task<(long Passed, long Refused, long Shut)> CountAsync()
    {
        ProcessResult list = (await ProcessRunner.RunAsync(new PeerStart { Program = InstalledPeers.Find("nft"), Arguments = ["-j", "list", "counters", "table", .. Table.Split(' ')], Namespace = _at.Name })).Succeeded();
        using JsonDocument document = JsonDocument.Parse(list.Output);
        Dictionary<string, long> packets = document.RootElement.GetProperty("nftables").EnumerateArray().Where(e => e.TryGetProperty("counter", out _)).Select(e => e.GetProperty("counter"))
            .ToDictionary(c => c.GetProperty("name").GetString()!, c => c.GetProperty("packets").GetInt64());
        return (packets["passed"], packets["refused"], packets["shut"]);
    }

    private Task<ProcessResult> NftAsync(string script) => ProcessRunner.RunAsync(
        new PeerStart { Program = InstalledPeers.Find("nft"), Arguments = ["-f", "-"], Namespace = _at.Name },
        Encoding.ASCII.GetBytes(script));
}
