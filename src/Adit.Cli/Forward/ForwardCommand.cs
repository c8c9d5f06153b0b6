using System.CommandLine;
using System.Net.Sockets;
using Adit.Cli.CommandLine;
using Adit.Cli.Ssh;
using Adit.Cli.Terminal;
using Adit.Core;
using Adit.Core.Datagrams;
using Adit.Core.Hops;
using Adit.Core.Streams;
using Adit.Gateway.Hops;
using Adit.Ssh.Forwarding;
using Microsoft.Extensions.Logging;

namespace Adit.Cli.Forward;

/// <summary><c>adit forward LISTEN=TARGET… [--via HOP]…</c>: plain forwards through a chain of hops, until SIGINT or SIGTERM.</summary>
internal static class ForwardCommand
{
    public static Command Create()
    {
        var rules = new Argument<string[]>("LISTEN=TARGET")
        {
            Description = "Each side is [ADDRESS:]PORT, [V6]:PORT, a range such as 8000-8010, any of them with /udp, or unix:PATH; a LISTEN without an address is loopback",
            Arity = ArgumentArity.OneOrMore,
        };
        var via = new Option<string[]>("--via") { Description = "Go through a hop, nearest first; may be repeated: ssh://[user@]host[:port], socks5h://, socks5://, socks4a://, socks4://, connect://, connect+tls://, connect+upgrade://, tls://, or tcp://host[:port] for a gateway", HelpName = "HOP" };
        var ready = new Option<string>("--ready-file") { Description = "Write the line 'ready …' to this file too, once connections are accepted", HelpName = "PATH" };
        var config = new Option<string>("--ssh-config", "-F") { Description = "Resolve ssh:// hops by this ssh_config instead of ~/.ssh/config and /etc/ssh/ssh_config; none reads neither", HelpName = "FILE" };
        var command = new Verb(
            "forward",
            "Carry TCP and UDP ports and unix sockets to targets, through hops. A hop's session is opened with the first connection, and again when it was lost.",
            [
                "adit forward 8080=intranet:80 --via ssh://me@bastion",
                "adit forward 5353/udp=dns.corp.example:53/udp --via connect://proxy:3128?auth=~/.proxy --via ssh://me@gateway",
                "adit forward 127.0.0.1:5432=db:5432 unix:/tmp/x.sock=unix:/run/x.sock --via ssh://me@a --via ssh://me@b?identity=~/.ssh/b",
            ])
        {
            rules, via, ready, config,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            using ILoggerFactory loggers = CommonOptions.CreateLoggerFactory(result, LogLevel.Information);
            ForwardRule[] parsed = [.. result.GetRequiredValue(rules).SelectMany(ForwardRule.Parse)];
            HopUri[] hops = [.. (result.GetValue(via) ?? []).Select(ReadHop)];
            await RunAsync(parsed, hops, loggers, result.GetValue(config), result.GetValue(ready), result.InvocationConfiguration.Error, cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }

    private static HopUri ReadHop(string text)
    {
        try
        {
            return HopUri.Parse(text, "--via");
        }
        catch (TunnelException e)
        {
            throw new UsageException(e.Message);
        }
    }

    private static async Task RunAsync(ForwardRule[] rules, HopUri[] hops, ILoggerFactory loggers, string? configFile, string? readyFile, TextWriter error, CancellationToken cancellationToken)
    {
        for (int i = 0; i < hops.Length; i++)
        {
            bool isLast = i == hops.Length - 1;
            if (hops[i].Scheme.Kind == HopKind.Carrier && (isLast || hops[i + 1].Scheme.Name != "ssh"))
            {
                throw new UsageException($"forward: --via {hops[i]}: ends at a gateway's SSH server: expected an ssh:// hop after it, got {(isLast ? "none" : hops[i + 1])}");
            }
        }

        ILogger logger = loggers.CreateLogger("forward");
        var dialogue = new SshDialogue(text => logger.LogWarning("{Text}", text));
        await using HopChain chain = BuiltInHops.Create(dialogue, loggers.CreateLogger("ssh"), configFile).Chain(hops, new SocketDialer());
        var forwarders = new List<(string BoundAt, IAsyncDisposable Forwarder)>();
        try
        {
            foreach (ForwardRule rule in rules)
            {
                if (rule is { Listen: UdpDestination at, Target: UdpDestination to })
                {
                    (IReadOnlyList<Socket> sockets, UdpDestination boundAt) = await DatagramBinder.BindAsync(at, cancellationToken);
                    forwarders.Add((boundAt.ToString(), new DatagramForwarder(sockets, boundAt, chain, to, logger: logger)));
                    continue;
                }

                IStreamListener listener = await new SocketBinder().BindAsync(rule.Listen, cancellationToken);
                forwarders.Add((listener.BoundAt.ToString(), new StreamForwarder(listener, chain, rule.Target, logger)));
            }

            ReadyLine.Write(forwarders.Select(f => f.BoundAt), readyFile, error);
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            foreach ((_, IAsyncDisposable each) in forwarders) await each.DisposeAsync();
            if (readyFile is not null) File.Delete(readyFile);
        }
    }
}
