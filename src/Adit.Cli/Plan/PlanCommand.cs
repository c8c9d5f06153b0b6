using System.CommandLine;
using System.Text.Json;
using Adit.Cli.Check;
using Adit.Cli.CommandLine;
using Adit.Gateway.Configuration;
using Adit.Gateway.Planning;

namespace Adit.Cli.Plan;

/// <summary><c>adit plan FILE</c>: says what a configuration would do to this machine, and does nothing.</summary>
internal static class PlanCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "The configuration; - reads standard input" };
        var output = new Option<string>("--output") { Description = "The form of the report", DefaultValueFactory = _ => "text", HelpName = "text|json" };
        output.AcceptOnlyFromAmong("text", "json");
        var command = new Verb(
            "plan",
            "Say what a configuration would do: listeners and who reaches them, hops, files, firewall. Nothing is opened and nothing is changed.",
            ["adit plan adit.yaml", "adit plan --output json adit.yaml"])
        {
            file, output,
        };
        command.SetAction(result => Run(result.GetRequiredValue(file), result.GetValue(output) == "json", result.InvocationConfiguration.Output));
        return command;
    }

    private static int Run(string file, bool json, TextWriter to)
    {
        (ConfigurationPlan plan, IReadOnlyList<ConfigurationProblem> problems) = ConfigurationPlan.Read(file, PlanEnvironment.Current());
        if (problems.Count > 0)
        {
            if (json) CheckCommand.WriteJson(problems, to);
            else CheckCommand.WriteText(problems, to);
            return ExitCode.Failed;
        }

        if (json) to.WriteLine(JsonSerializer.Serialize(plan, PlanJson.Default.ConfigurationPlan));
        else PlanText.Write(plan, file, to);
        return ExitCode.Done;
    }
}
