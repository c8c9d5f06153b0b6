using System.CommandLine;
using System.CommandLine.Parsing;
using Adit.Cli.CommandLine;
using Adit.Cli.Terminal;
using Adit.Cli.Up;
using Adit.Core;
using Adit.Gateway.Configuration;
using Adit.Gateway.Links;
using Microsoft.Extensions.Logging;

namespace Adit.Cli.Link;

/// <summary><c>adit link TYPE …</c>: one packet tunnel in the foreground, until SIGINT or SIGTERM.</summary>
internal static class LinkCommand
{
    public static Command Create()
    {
        var type = new Argument<string>("TYPE") { Description = $"What carries the packets: {string.Join("; ", LinkWords.Types.Select(t => $"{t.Word} ({t.Means})"))}" };
        type.CompletionSources.Add([.. LinkWords.Types.Select(t => t.Word)]);
        (Option Option, string Word)[] words =
        [
            (One("--local", "ADDRESS", "This end: an address of this machine, with :PORT for vxlan, geneve and udp (default: the system's choice); for stream where it listens, ADDRESS:PORT or unix:PATH"), "local"),
            (List("--remote", "ADDRESS", "The far end: an address or name, with :PORT for udp; for stream where it connects; several for vxlan and geneve"), "remote"),
            (One("--key", "KEY", "gre: the key that both ends have (0 to 4294967295, or dotted)"), "key"),
            (Flag("--checksum", "gre: send and demand checksums"), "checksum"),
            (Flag("--sequence", "gre: number packets, and drop older ones"), "sequence"),
            (One("--keepalive", "TIME", "gre: ask for a sign of life so often, such as 10s, or 10s,3 with the number of unanswered ones after which the peer is gone"), "keepalive"),
            (One("--ttl", "TTL", "TTL or hop limit outside: 1 to 255, or inherit from the inner packet"), "ttl"),
            (One("--tos", "TOS", "TOS or traffic class outside: 0 to 255, or inherit from the inner packet"), "tos"),
            (One("--pmtu", "on|off", "Forbid fragments outside and heed the path's MTU (default on)"), "pmtu"),
            (One("--encap-limit", "NUMBER", "Over IPv6: further encapsulations that are allowed, 0 to 255, or none (default 4)"), "encap-limit"),
            (One("--vni", "NUMBER", "vxlan, geneve: the network identifier, 0 to 16777215"), "vni"),
            (One("--port", "PORT", "The UDP port of both ends (default 4789 for vxlan, 6081 for geneve)"), "port"),
            (One("--learning", "on|off", "vxlan, geneve: learn where hardware addresses are (default on)"), "learning"),
            (List("--forward", "MAC=REMOTE", "vxlan, geneve: a hardware address is at this remote; may be repeated"), "forward"),
            (One("--inner", "ipv4|ipv6", "ip6tnl: what it carries (default: as its addresses and routes)"), "inner"),
            (One("--mode", "ip|ethernet", "geneve, udp, stream, ssh: IP packets (a TUN interface) or Ethernet frames (TAP)"), "mode"),
            (List("--via", "HOP", "stream, ssh: reach the far end through a hop, nearest first; may be repeated"), "via"),
            (One("--dev", "NAME", "The interface (default the next free of tun0, tun1, … or tap0, tap1, …)"), "dev"),
            (One("--mtu", "OCTETS", "The interface's MTU (default what the path leaves)"), "mtu"),
            (List("--address", "ADDRESS", "An address of the interface: ADDRESS/BITS, or ADDRESS,PEER/BITS; may be repeated"), "address"),
            (List("--route", "ROUTE", "A route through it, in the words of ip route: 'PREFIX [via ADDRESS] [src ADDRESS] [metric NUMBER] [mtu OCTETS]'; may be repeated"), "route"),
            (One("--bridge", "NAME", "Put the interface into this bridge, which is made where it is not there"), "bridge"),
            (Flag("--mss-clamp", "Lower the MSS of TCP connections through the link to what passes"), "mss-clamp"),
            (One("--owner", "ACCOUNT", "Let this account use the interface without privilege"), "owner"),
            (Flag("--persistent", "Leave the interface when the link ends"), "persistent"),
            (One("--queues", "NUMBER", "Queues of the interface, 1 to 16, each with a thread of its own (default 1)"), "queues"),
            (List("--capture", "FILE", "Record packets in a pcapng file; outer=FILE records what carries them; may be repeated"), "capture"),
            (One("--fault", "FAULTS", "Do harm to what is sent, on purpose: WORD=VALUE with commas between, of loss=1%, delay=20ms, jitter=5ms, rate=10m, reorder=1%, duplicate=1%, corrupt=1%, seed=7, queue=1000"), "fault"),
        ];
        var print = new Option<bool>("--print-config") { Description = "Print the configuration that this command line means, and do nothing" };
        var command = new Verb(
            "link",
            "Run one packet tunnel. It joins an interface of this machine to a peer: a Linux kernel's own tunnel, another adit link, or whoever speaks the protocol. " +
            "It needs CAP_NET_ADMIN, and CAP_NET_RAW for gre, ipip, sit, ip6tnl and etherip: be root, or setcap cap_net_admin,cap_net_raw+ep, or use a persistent interface that root made for the account. " +
            "But for ssh nothing here encrypts or authenticates: that is said once, at the start.",
            [
                "adit link gre --local 192.0.2.1 --remote 192.0.2.2 --key 7 --dev tun0 --address 10.0.0.1/30 --route 10.1.0.0/16",
                "adit link udp --local 192.0.2.1:5000 --remote 192.0.2.2:5000 --address 10.0.0.1/30",
                "adit link vxlan --remote 192.0.2.2 --vni 42 --bridge br0",
                "adit link sit --remote 192.0.2.2 --address 2001:db8::1/64 --route ::/0 --mtu 1280",
                "adit link stream --remote tunnel.example:7000 --via ssh://me@bastion.example --address 10.0.0.1/30",
            ])
        {
            SeeAlso = ["ip-link(8)", "ip-tunnel(8)", "capabilities(7)"],
        };
        command.Add(type);
        foreach ((Option option, _) in words) command.Add(option);
        foreach (Option option in new Option[] { print, CommonOptions.ReadyFile, CommonOptions.SshConfig, CommonOptions.State }) command.Add(option);
        command.SetAction(async (result, cancellationToken) =>
        {
            LinkConfiguration configuration = Configure(result, result.GetRequiredValue(type), words);
            var whole = new AditConfiguration { State = result.GetValue(CommonOptions.State), SshConfig = result.GetValue(CommonOptions.SshConfig), Links = [configuration] };
            if (result.GetValue(print))
            {
                result.InvocationConfiguration.Output.Write(ConfigurationWriter.Write(whole));
                return ExitCode.Done;
            }

            using ILoggerFactory loggers = CommonOptions.CreateLoggerFactory(result, LogLevel.Information);
            var options = new ServiceRunOptions { Command = "link", Configuration = whole, ReadyFile = result.GetValue(CommonOptions.ReadyFile), EndsWhenBroken = true };
            await ServiceRun.RunAsync(options, loggers, result.InvocationConfiguration.Error, cancellationToken).ConfigureAwait(false);
            return ExitCode.Done;
        });
        return command;
    }

    private static LinkConfiguration Configure(ParseResult result, string type, (Option Option, string Word)[] words)
    {
        var given = new List<(string Name, string Value)> { ("type", type) };
        IReadOnlyList<Token> tokens = result.Tokens;
        for (int i = 0; i < tokens.Count; i++)
        {
            if (tokens[i].Type != TokenType.Option) continue;
            (Option option, string word) = Array.Find(words, w => w.Option.Name == tokens[i].Value);
            if (option is null) continue;
            given.Add((word, option.ValueType == typeof(bool) || i + 1 == tokens.Count || tokens[i + 1].Type != TokenType.Argument ? "true" : tokens[i + 1].Value));
        }

        try
        {
            return LinkWords.Read(given);
        }
        catch (TunnelException e) when (e.Error == TunnelError.BadConfiguration)
        {
            throw new UsageException($"link: {e.Message}");
        }
    }

    private static Option<string[]> List(string name, string value, string description) => new(name) { Description = description, HelpName = value };

    private static Option<bool> Flag(string name, string description) => new(name) { Description = description, Arity = ArgumentArity.Zero };

    private static Option<string> One(string name, string value, string description)
    {
        var option = new Option<string>(name) { Description = description, HelpName = value };
        if (value.Contains('|', StringComparison.Ordinal)) option.AcceptOnlyFromAmong(value.Split('|'));
        return option;
    }
}
