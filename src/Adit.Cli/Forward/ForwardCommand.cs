using System.CommandLine;
using Adit.Cli.CommandLine;
using Adit.Cli.Terminal;
using Adit.Cli.Up;
using Adit.Core;
using Adit.Core.Hops;
using Adit.Gateway.Configuration;
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
        var via = new Option<string[]>("--via") { Description = $"Go through a hop, nearest first; may be repeated: {Hops()}", HelpName = "HOP" };
        var print = new Option<bool>("--print-config") { Description = "Print the configuration that this command line means, and do nothing" };
        var command = new Verb(
            "forward",
            "Carry TCP and UDP ports and unix sockets to targets, through hops. A hop's session is opened with the first connection, and again when it was lost.",
            [
                "adit forward 8080=intranet:80 --via ssh://me@bastion",
                "adit forward 5353/udp=dns.corp.example:53/udp --via connect://proxy:3128?auth=~/.proxy --via ssh://me@gateway",
                "adit forward 127.0.0.1:5432=db:5432 unix:/tmp/x.sock=unix:/run/x.sock --via ssh://me@a --via ssh://me@b?identity=~/.ssh/b",
            ])
        {
            rules, via, CommonOptions.SshConfig, CommonOptions.State, CommonOptions.ReadyFile, print,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            HopUri[] hops = [.. (result.GetValue(via) ?? []).Select(ReadHop)];
            var configuration = new AditConfiguration
            {
                State = result.GetValue(CommonOptions.State),
                SshConfig = result.GetValue(CommonOptions.SshConfig),
                Forwards = [.. result.GetRequiredValue(rules).Select(r => ForwardRule.Parse(r) with { Via = hops })],
            };
            foreach ((string path, string message) in configuration.Faults)
                throw new UsageException($"forward: {(path.EndsWith("via", StringComparison.Ordinal) ? "--via" : path)}: {message}");
            if (result.GetValue(print))
            {
                result.InvocationConfiguration.Output.Write(ConfigurationWriter.Write(configuration));
                return ExitCode.Done;
            }

            using ILoggerFactory loggers = CommonOptions.CreateLoggerFactory(result, LogLevel.Information);
            var options = new ServiceRunOptions { Command = "forward", Configuration = configuration, ReadyFile = result.GetValue(CommonOptions.ReadyFile) };
            await ServiceRun.RunAsync(options, loggers, result.InvocationConfiguration.Error, cancellationToken).ConfigureAwait(false);
            return ExitCode.Done;
        });
        return command;
    }

    private static string Hops() => string.Join(", ", HopScheme.All.Where(s => s.IsAvailable).Select(s => $"{s.Name}://"));

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
}
