using System.CommandLine;
using System.Text.Json;
using Adit.Cli.CommandLine;
using Adit.Cli.Terminal;
using Adit.Core.Overhead;

namespace Adit.Cli.Mtu;

/// <summary><c>adit mtu STACK</c>: what a stack of protocols costs, and what fits into it.</summary>
internal static class MtuCommand
{
    private const int LongestPacket = 65_535; // of IPv4 and, but for jumbograms, IPv6

    public static Command Create()
    {
        var stack = new Argument<string>("STACK") { Description = $"Protocols, outermost first, with / between and options behind +: {string.Join(", ", ProtocolStack.Names)}" };
        var mtu = new Option<int>("--mtu") { Description = "The longest packet outside, 68 to 65535 octets", DefaultValueFactory = _ => ProtocolStack.UsualMtu, HelpName = "OCTETS" };
        var inner = new Option<int?>("--inner") { Description = "Ask about an inner packet of so many octets instead of the longest that fits", HelpName = "OCTETS" };
        var output = new Option<string>("--output") { Description = "The form of the report", DefaultValueFactory = _ => "text", HelpName = "text|json" };
        output.AcceptOnlyFromAmong("text", "json");
        var command = new Verb(
            "mtu",
            "Show what a stack of protocols costs, field by field, and the MTU and MSS inside. " +
            "It warns of fragments, of TCP over TCP and of bridged hosts that send too much, and says whether anything in the stack encrypts and authenticates. " +
            "An outermost eth is not counted in the MTU. Within a stream (tcp and what follows it) packets have no bound, and the inner MTU is that of the interface.",
            [
                "adit mtu ip4/gre+key/ip4/tcp",
                "adit mtu ip4/udp/vxlan/eth/ip4/tcp --mtu 9000",
                "adit mtu eth/ip6/gre+key+csum/eth/ip4 --inner 1500 --output json",
                "adit mtu ip4/tcp/ssh/ip4/tcp",
            ])
        {
            stack, mtu, inner, output,
        };
        command.SetAction(result =>
        {
            int outer = result.GetValue(mtu);
            if (outer is < 68 or > LongestPacket) throw new UsageException($"mtu: --mtu: expected 68 to {LongestPacket} octets, got {outer}"); // RFC 791 §3.2: every link takes 68
            if (result.GetValue(inner) is { } asked and (< 1 or > LongestPacket)) throw new UsageException($"mtu: --inner: expected 1 to {LongestPacket} octets, got {asked}");
            if (!ProtocolStack.TryParse(result.GetRequiredValue(stack), out ProtocolStack? parsed, out string? why)) throw new UsageException($"mtu: {why}");
            StackReport report = StackReport.Of(parsed!, outer, result.GetValue(inner));
            TextWriter to = result.InvocationConfiguration.Output;
            if (result.GetValue(output) == "json") to.WriteLine(JsonSerializer.Serialize(MtuAnswer.Of(report), MtuJson.Default.MtuAnswer));
            else MtuText.Write(report, to);
            return ExitCode.Done;
        });
        return command;
    }
}
