using System.CommandLine;
using Adit.Cli.CommandLine;
using Adit.Core;
using Adit.Gateway.Configuration;
using Microsoft.Extensions.Logging;

namespace Adit.Cli.Up;

/// <summary><c>adit up FILE</c>: runs a whole configuration in the foreground, until SIGINT or SIGTERM.</summary>
internal static class UpCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "The configuration; - reads standard input, once" };
        var print = new Option<bool>("--print-config") { Description = "Print the configuration that the file means, defaults included, and do nothing" };
        var command = new Verb(
            "up",
            "Run a configuration: its gateway, its forwards, its proxies and its links. SIGHUP reads the file again: sections that did not change keep their listeners and their " +
            "connections, a changed one restarts alone, and a file with something wrong in it changes nothing.",
            ["adit up adit.yaml", "adit up --ready-file /run/adit.ready /etc/adit/adit.yaml", "adit up --print-config adit.yaml"])
        {
            file, CommonOptions.State, CommonOptions.ReadyFile, print,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            string path = result.GetRequiredValue(file);
            string? state = result.GetValue(CommonOptions.State);
            AditConfiguration Read() => With(ConfigurationFile.Load(path), state);
            AditConfiguration configuration = Read();
            if (result.GetValue(print))
            {
                result.InvocationConfiguration.Output.Write(ConfigurationWriter.Write(configuration));
                return ExitCode.Done;
            }

            if (configuration.Gateway is null && configuration.Forwards.Count == 0 && configuration.Proxies.Count == 0 && configuration.Links.Count == 0)
                throw new TunnelException(TunnelError.BadConfiguration, $"{path}: expected gateway:, forwards:, proxies: or links:, got none of them");
            using ILoggerFactory loggers = CommonOptions.CreateLoggerFactory(result, LogLevel.Information);
            var options = new ServiceRunOptions
            {
                Command = "up", Configuration = configuration, File = path, ReadyFile = result.GetValue(CommonOptions.ReadyFile), Reload = path == "-" ? null : Read,
            };
            await ServiceRun.RunAsync(options, loggers, result.InvocationConfiguration.Error, cancellationToken).ConfigureAwait(false);
            return ExitCode.Done;
        });
        return command;
    }

    private static AditConfiguration With(AditConfiguration configuration, string? state) => state is null ? configuration : configuration with { State = state };
}
