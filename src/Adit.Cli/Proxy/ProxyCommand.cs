using System.CommandLine;
using System.CommandLine.Parsing;
using Adit.Cli.CommandLine;
using Adit.Cli.Terminal;
using Adit.Cli.Up;
using Adit.Core;
using Adit.Gateway.Configuration;
using Adit.Gateway.Proxying;
using Adit.Proxies.Transparent;
using Microsoft.Extensions.Logging;

namespace Adit.Cli.Proxy;

/// <summary><c>adit proxy</c>: a SOCKS and HTTP proxy in the foreground, until SIGINT or SIGTERM.</summary>
internal static class ProxyCommand
{
    public static Command Create()
    {
        (Option Option, string Word)[] words =
        [
            (List("--listen", "ADDRESS", "Where clients arrive: [ADDRESS:]PORT, [V6]:PORT or unix:PATH; without an address, loopback (default 1080); may be repeated"), "listen"),
            (List("--via", "HOP", "Reach destinations through a hop, nearest first, which resolves their names; may be repeated"), "via"),
            (List("--allow", "RULE", "Let through HOST[:PORT] [user=…] [from=…] [on=…] [as=…] [at=…]; the first of all --allow and --deny that matches decides"), "allow"),
            (List("--deny", "RULE", "Refuse, in the same words; --deny '*' as the last leaves only what is allowed before it"), "deny"),
            (List("--user", "USER", "Require a password: NAME:PASSWORD, NAME with the password in $ADIT_PROXY_PASSWORD, or @FILE of NAME:PASSWORD lines (mode 0600); may be repeated"), "user"),
            (One("--inspect-connect", "POLICY", "Look at the first octets inside tunnels: allow:CLASS,… or deny:CLASS,… of tls, ssh, http, other"), "inspect-connect"),
            (One("--access-log", "FILE", "Write a line for each request; - is standard output"), "access-log"),
            (One("--access-log-format", "text|json", "The form of the access log (default text)"), "access-log-format"),
            (One("--tls-certificate", "FILE", "A PEM file with certificate and key: clients may begin with TLS, or ask for it by Upgrade: TLS/1.2 (RFC 2817)"), "tls-certificate"),
            (Flag("--require-tls", "Refuse clients without TLS: HTTP by 426 Upgrade Required"), "require-tls"),
            (List("--accept-proxy-protocol", "NETWORK", "Connections from this network begin with a PROXY protocol header, which is believed; may be repeated"), "accept-proxy-protocol"),
            (One("--send-proxy-protocol", "v1|v2", "Begin connections to destinations with a PROXY protocol header"), "send-proxy-protocol"),
            (Flag("--pass-upgrade", "Pass Upgrade of plain HTTP on, as for ws://"), "pass-upgrade"),
            (One("--max-connections", "NUMBER", "Connections of all clients at once (default 65536)"), "max-connections"),
            (One("--max-connections-per-client", "NUMBER", "Connections of one client address at once (default 0: no limit of its own)"), "max-connections-per-client"),
            (One("--rate", "OCTETS", "Octets a second of one client address, both ways, such as 500k or 2m (default 0: no limit)"), "rate"),
            (One("--idle-time", "TIME", "How long a tunnel may be silent, such as 90s or 2h (default 1h; none: for ever)"), "idle-time"),
            (One("--header-time", "TIME", "How long a client may take to say what it wants (default 30s)"), "header-time"),
            (One("--keep-alive-time", "TIME", "How long a kept connection may wait for its next request (default 1m)"), "keep-alive-time"),
            (One("--connect-time", "TIME", "How long connecting to a destination may take (default 30s)"), "connect-time"),
            (One("--bind-time", "TIME", "How long SOCKS BIND waits for its connection (default 2m)"), "bind-time"),
            (One("--udp-flows", "NUMBER", "Destinations of one UDP association at once (default 256)"), "udp-flows"),
            (One("--udp-flow-time", "TIME", "How long one of them may be silent (default 1m)"), "udp-flow-time"),
        ];
        var transparent = new Option<string>("--transparent")
        {
            Description = "Serve connections that nftables sends here, without a proxy protocol: by redirect (the default) or tproxy",
            Arity = ArgumentArity.ZeroOrOne,
            HelpName = "redirect|tproxy",
        };
        transparent.AcceptOnlyFromAmong("redirect", "tproxy");
        (Option Option, string Word)[] more =
        [
            (One("--nft-ports", "PORTS", "The destination ports that the nftables rules send here: a port or a range (default all)"), "nft-ports"),
            (Flag("--install-nft", "Install the nftables rules, and remove them at the end"), "install-nft"),
        ];
        words = [.. words, (transparent, "transparent"), .. more];
        var printNft = new Option<bool>("--print-nft") { Description = "Print the nftables rules that --transparent needs, and do nothing" };
        var print = new Option<bool>("--print-config") { Description = "Print the configuration that this command line means, and do nothing" };
        var command = new Verb(
            "proxy",
            "Run a SOCKS4, SOCKS4a, SOCKS5 and HTTP proxy, all on one port. " +
            "CONNECT reaches port 443 only, unless a rule names another. On a loopback listener SOCKS and plain HTTP reach everything; on any other listener nothing until a rule allows it, " +
            "and never loopback, link-local, metadata or private addresses unless a rule names them by network or class (@private).",
            [
                "adit proxy --via ssh://me@bastion.example",
                "adit proxy --listen 0.0.0.0:3128 --user @/etc/adit/proxy-users --allow '*.example.com:443' --access-log /var/log/adit-proxy.log",
                "adit proxy --listen 127.0.0.1:1080 --deny @metadata --inspect-connect deny:ssh,other",
                "adit proxy --listen 0.0.0.0:8888 --transparent --install-nft --nft-ports 80 --allow '*:80' --via socks5h://proxy.example",
            ])
        {
            SeeAlso = ["nft(8)", "curl(1)"],
            Environment = [new(ProxyUserList.PasswordVariable, "The password of a --user that is named without one.")],
        };
        foreach ((Option option, _) in words) command.Add(option);
        foreach (Option option in new Option[] { printNft, print, CommonOptions.ReadyFile, CommonOptions.SshConfig, CommonOptions.State }) command.Add(option);
        command.SetAction(async (result, cancellationToken) =>
        {
            ProxyConfiguration configuration = Configure(result, words);
            var whole = new AditConfiguration { State = result.GetValue(CommonOptions.State), SshConfig = result.GetValue(CommonOptions.SshConfig), Proxies = [configuration] };
            TextWriter output = result.InvocationConfiguration.Output;
            if (result.GetValue(print))
            {
                output.Write(ConfigurationWriter.Write(whole));
                return ExitCode.Done;
            }

            if (result.GetValue(printNft))
            {
                PrintRules(configuration, output);
                return ExitCode.Done;
            }

            using ILoggerFactory loggers = CommonOptions.CreateLoggerFactory(result, LogLevel.Information);
            Warn(configuration, loggers.CreateLogger("proxy"));
            var options = new ServiceRunOptions
            {
                Command = "proxy", Configuration = whole, ReadyFile = result.GetValue(CommonOptions.ReadyFile),
            };
            await ServiceRun.RunAsync(options, loggers, result.InvocationConfiguration.Error, cancellationToken).ConfigureAwait(false);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>What the command line means: its words in their order, since the first rule that matches decides.</summary>
    private static ProxyConfiguration Configure(ParseResult result, (Option Option, string Word)[] words)
    {
        var given = new List<(string Name, string Value)>();
        IReadOnlyList<Token> tokens = result.Tokens;
        for (int i = 0; i < tokens.Count; i++)
        {
            if (tokens[i].Type != TokenType.Option) continue;
            (Option option, string word) = Array.Find(words, w => w.Option.Name == tokens[i].Value);
            if (option is null) continue;
            bool hasValue = i + 1 < tokens.Count && tokens[i + 1].Type == TokenType.Argument;
            given.Add((word, hasValue ? tokens[i + 1].Value : "true"));
        }

        try
        {
            return ProxyWords.Apply(new ProxyConfiguration(), given);
        }
        catch (TunnelException e) when (e.Error == TunnelError.BadConfiguration)
        {
            throw new UsageException($"proxy: {e.Message}");
        }
    }

    private static void PrintRules(ProxyConfiguration configuration, TextWriter output)
    {
        if (configuration.Transparent == TransparentMode.Off) throw new UsageException("proxy: --print-nft: expected --transparent beside it, got none");
        var rules = new NftRules(configuration.Listen[0].Ports.First, configuration.Transparent == TransparentMode.Tproxy, configuration.NftPorts);
        foreach (string route in rules.Routes) output.WriteLine($"# ip {route}");
        output.Write(rules.ToScript($"{NftRules.TablePrefix}manual"));
    }

    private static void Warn(ProxyConfiguration configuration, ILogger logger)
    {
        foreach (string user in configuration.Users.Where(u => !u.StartsWith('@') && u.Contains(':', StringComparison.Ordinal)))
            logger.LogWarning("--user {User}: others on this machine may read the command line; @FILE or ${Variable} keeps the password from them", ProxyUserList.Shown(user), ProxyUserList.PasswordVariable);
    }

    private static Option<string[]> List(string name, string value, string description) => new(name) { Description = description, HelpName = value };

    private static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    private static Option<string> One(string name, string value, string description)
    {
        var option = new Option<string>(name) { Description = description, HelpName = value };
        if (value.Contains('|', StringComparison.Ordinal)) option.AcceptOnlyFromAmong(value.Split('|'));
        return option;
    }
}
