using System.CommandLine;
using Adit.Cli.CommandLine;
using Adit.Cli.Terminal;
using Adit.Core;
using Adit.Core.Hops;
using Adit.Core.Streams;
using Adit.Gateway.Configuration;
using Adit.Gateway.Doctor;
using Adit.Proxies.Audit;
using Adit.Ssh.Config;
using Microsoft.Extensions.Logging;

namespace Adit.Cli.Doctor;

/// <summary><c>adit doctor TARGET</c>: which ways lead to a server of SSH; <c>adit doctor proxy HOST:PORT</c>: what strangers should not reach through a proxy.</summary>
internal static class DoctorCommand
{
    private static readonly Argument<string[]> Target = new("TARGET")
    {
        Description = "[user@]host[:port] of a server of SSH to find ways to; or proxy HOST:PORT, a proxy to audit; or dns://DOMAIN, to see what resolvers let through",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string[]> Via = new("--via") { Description = "Try this hop; of several each by itself, and all together as a chain, nearest first", HelpName = "HOP" };
    private static readonly Option<string[]> Try = new("--try") { Description = "Try this chain: hops with spaces between, nearest first, as in 'socks5h://a connect://b'; may be repeated", HelpName = "CHAIN" };
    private static readonly Option<string[]> Config = new("--config", "-c") { Description = "Try the chains of a configuration's forwards and proxies too; may be repeated", HelpName = "FILE" };
    private static readonly Option<bool> Usual = new("--usual") { Description = "Try the usual ways beside those given: TLS on 443, HTTP and WebSocket, and the environment's proxies (without any given they are tried anyway)" };
    private static readonly Option<string> Path = new("--path") { Description = "The path of a gateway behind HTTP, for the usual ways", DefaultValueFactory = _ => "/t", HelpName = "PATH" };
    private static readonly Option<string> SshConfigFile = new("--ssh-config", "-F") { Description = "Resolve TARGET and ssh:// hops by this ssh_config instead of ~/.ssh/config and /etc/ssh/ssh_config; none reads neither", HelpName = "FILE" };
    private static readonly Option<string> Identity = new("--identity", "-i") { Description = "A private key to log in with, before the configuration's", HelpName = "FILE" };
    private static readonly Option<bool> NoLogin = new("--no-login") { Description = "Do not log in: look for the banner only" };
    private static readonly Option<int> Timeout = new("--timeout") { Description = "Seconds that one answer may take, 1 to 600", DefaultValueFactory = _ => 5, HelpName = "SECONDS" };
    private static readonly Option<int> Within = new("--within") { Description = "Seconds that all ways may take together, 1 to 3600", DefaultValueFactory = _ => 60, HelpName = "SECONDS" };
    private static readonly Option<string> Output = MakeOutput();

    public static Command Create()
    {
        var command = new Verb(
            "doctor",
            "Find out which ways lead to a server of SSH, or examine a proxy for the holes of an open one. " +
            "Each way is tried until the server's banner is there; where the server is known and your keys open a session, its speed is measured. " +
            "It says why the others fail, and the command for the best. It never asks for a password, and sends credentials to no hop but the one that they are given for. " +
            "With proxy it asks, without a password, for CONNECT to ports other than 443, and by every protocol for loopback, private and metadata addresses (VU#150227). " +
            "A proxy that connects, or tries to, has the hole. Nothing is sent through it. " +
            "With dns:// it asks the domain's server through each resolver, without a key, which names, types and sizes pass, and how fast.",
            [
                "adit doctor me@host.example",
                "adit doctor me@host.example:443 --via connect://proxy:3128?auth=~/.proxy --via wss://gateway.example/t",
                "adit doctor me@host.example --try 'socks5h://inner:1080 connect://outer:3128' -c adit.yaml --output json",
                "adit doctor proxy proxy.example:3128",
                "adit doctor proxy 192.0.2.1:1080 --output json",
                "adit doctor 'dns://t.example?resolver=192.0.2.53'",
                "adit doctor 'dns://t.example?resolver=tls://192.0.2.1,https://dns.example/dns-query'",
            ])
        {
            Target, Via, Try, Config, Usual, Path, SshConfigFile, Identity, NoLogin, Timeout, Within, Output,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            int patience = SecondsOf(result, Timeout, 600);
            return result.GetRequiredValue(Target) switch
            {
                ["proxy", string place] => await AuditAsync(result, place, TimeSpan.FromSeconds(patience), cancellationToken),
                [string hop] when hop.StartsWith("dns://", StringComparison.OrdinalIgnoreCase) => await LookAtDnsAsync(result, hop, TimeSpan.FromSeconds(patience), cancellationToken),
                [string target] when target != "proxy" => await FindWaysAsync(result, target, TimeSpan.FromSeconds(patience), cancellationToken),
                string[] words => throw new UsageException($"doctor: expected [user@]host[:port], proxy HOST:PORT or dns://DOMAIN, got '{string.Join(' ', words)}'"),
            };
        });
        return command;
    }

    private static async Task<int> AuditAsync(ParseResult result, string target, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (!Destination.TryParse(target, out Destination? place) || place is not TcpDestination { Port: > 0 } proxy) throw new UsageException($"doctor: {target}: expected HOST:PORT");
        IReadOnlyList<AuditFinding> findings = await new ProxyAuditor(proxy, new SocketDialer(patience), patience).RunAsync(cancellationToken);
        if (result.GetValue(Output) == "json") ProxyReport.WriteJson(proxy, findings, result.InvocationConfiguration.Output);
        else ProxyReport.WriteText(proxy, findings, result.InvocationConfiguration.Output);
        return findings.Any(f => f.IsHole) ? ExitCode.Failed : ExitCode.Done;
    }

    private static async Task<int> LookAtDnsAsync(ParseResult result, string text, TimeSpan patience, CancellationToken cancellationToken)
    {
        HopUri hop = ReadHop(text);
        IReadOnlyList<DnsFinding> findings = await DnsDoctor.RunAsync(hop, patience, cancellationToken);
        if (result.GetValue(Output) == "json") DnsReport.WriteJson(hop, findings, result.InvocationConfiguration.Output);
        else DnsReport.WriteText(hop, findings, result.InvocationConfiguration.Output);
        return findings.Any(f => f.Shape is not null) ? ExitCode.Done : ExitCode.Failed;
    }

    private static async Task<int> FindWaysAsync(ParseResult result, string text, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (!SshDestination.TryParseJump(text, out SshDestination? destination) || !SshDestination.IsValidHost(destination.Host) || (destination.User is { } user && !SshDestination.IsValidUser(user)))
        {
            throw new UsageException($"doctor: {text}: expected [user@]host[:port], an IPv6 address in brackets");
        }

        var target = new DoctorTarget(destination, result.GetValue(SshConfigFile), result.GetValue(Identity));
        SshConfig resolved = target.Resolve();
        IReadOnlyList<int> ports = destination.Port is not null || resolved.Port != SshConfig.DefaultPort ? [resolved.Port] : KnownWays.UsualPorts;
        IReadOnlyList<Way> ways = WaysOf(result, resolved.HostName, ports);
        using ILoggerFactory loggers = CommonOptions.CreateLoggerFactory(result);
        var options = new DoctorOptions { Patience = patience, Overall = TimeSpan.FromSeconds(SecondsOf(result, Within, 3600)), LogsIn = !result.GetValue(NoLogin) };
        IReadOnlyList<WayResult> results = await new PathDoctor(target, options, loggers.CreateLogger("doctor")).RunAsync(ways, cancellationToken);
        var report = new PathReport(target, results);
        if (result.GetValue(Output) == "json") report.WriteJson(result.InvocationConfiguration.Output);
        else report.WriteText(result.InvocationConfiguration.Output);
        return report.Best is null ? ExitCode.Failed : ExitCode.Done;
    }

    private static List<Way> WaysOf(ParseResult result, string host, IReadOnlyList<int> ports)
    {
        string[] single = result.GetValue(Via) ?? [];
        string[] chains = [.. single, .. result.GetValue(Try) ?? []];
        var ways = new List<Way>(KnownWays.Direct(ports));
        foreach (string chain in chains) ways.AddRange(WaysOfChain(chain.Split(' ', StringSplitOptions.RemoveEmptyEntries), ports));
        // Elsewhere several --via are one chain: so they are here, too, where they can be one.
        if (single.Length > 1 && single.All(s => !s.Contains(' ', StringComparison.Ordinal)) && KnownWays.IsOrdered([.. single.Select(ReadHop)])) ways.AddRange(WaysOfChain(single, ports));
        string[] files = result.GetValue(Config) ?? [];
        foreach (string file in files) ways.AddRange(KnownWays.OfConfiguration(ConfigurationFile.Load(file), ports, file));
        if (!result.GetValue(Usual) && (chains.Length > 0 || files.Length > 0)) return ways;
        string path = result.GetValue(Path)!;
        if (!path.StartsWith('/') || path.AsSpan().ContainsAny(" ?#")) throw new UsageException($"doctor: --path: expected a path such as /t, got {path}");
        ways.AddRange(KnownWays.Usual(host, ports, path, Environment.GetEnvironmentVariable));
        return ways;
    }

    private static IEnumerable<Way> WaysOfChain(string[] texts, IReadOnlyList<int> ports)
    {
        if (texts.Length == 0) throw new UsageException("doctor: --try: expected hops with spaces between, got none");
        HopUri[] hops = [.. texts.Select(ReadHop)];
        if (!KnownWays.IsOrdered(hops)) throw new UsageException($"doctor: {string.Join<HopUri>(' ', hops)}: expected a hop that ends at a gateway last, or an ssh:// hop behind it");
        return KnownWays.Of(hops, ports, "given", texts);
    }

    private static HopUri ReadHop(string text)
    {
        try
        {
            return HopUri.Parse(text, "doctor");
        }
        catch (TunnelException e)
        {
            throw new UsageException(e.Message);
        }
    }

    private static int SecondsOf(ParseResult result, Option<int> option, int most)
    {
        int seconds = result.GetValue(option);
        return seconds >= 1 && seconds <= most ? seconds : throw new UsageException($"doctor: {option.Name}: expected 1 to {most} seconds, got {seconds}");
    }

    private static Option<string> MakeOutput()
    {
        var option = new Option<string>("--output") { Description = "The form of the report", DefaultValueFactory = _ => "text", HelpName = "text|json" };
        option.AcceptOnlyFromAmong("text", "json");
        return option;
    }
}
