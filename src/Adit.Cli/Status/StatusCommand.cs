using System.CommandLine;
using System.Text.Json;
using Adit.Cli.CommandLine;
using Adit.Gateway.State;
using Adit.Gateway.Status;

namespace Adit.Cli.Status;

/// <summary><c>adit status</c>: what is running, told by the control sockets of the state folder.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var output = new Option<string>("--output") { Description = "The form of the report", DefaultValueFactory = _ => "text", HelpName = "text|json" };
        output.AcceptOnlyFromAmong("text", "json");
        var connections = new Option<int>("--connections") { Description = "Connections to list of each section, 0 to 10000", DefaultValueFactory = _ => 20, HelpName = "NUMBER" };
        var command = new Verb(
            "status",
            "Show what is running: listeners, hops, connections and their octets, links and their packets. Each adit serve, proxy, forward, link and up of this state folder is asked.",
            ["adit status", "adit status --output json --connections 1000", "adit status --state /var/lib/adit"])
        {
            CommonOptions.State, output, connections,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            string state = StateFolder.Locate(result.GetValue(CommonOptions.State));
            (IReadOnlyList<ProcessStatus> answers, IReadOnlyList<string> silent) = await ControlSockets.AskAllAsync(
                Path.Combine(state, "run"), Math.Clamp(result.GetValue(connections), 0, ControlSocket.MostConnections), cancellationToken).ConfigureAwait(false);
            TextWriter to = result.InvocationConfiguration.Output;
            if (result.GetValue(output) == "json") to.WriteLine(JsonSerializer.Serialize(new StatusReport(state, answers, silent), StatusReportJson.Default.StatusReport));
            else StatusText.Write(state, answers, silent, DateTimeOffset.UtcNow, to);
            return silent.Count == 0 ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }
}
