using System.CommandLine;
using System.Text.Json;
using Adit.Cli.CommandLine;
using Adit.Cli.Logging;
using Adit.Gateway.Configuration;

namespace Adit.Cli.Check;

/// <summary><c>adit check FILE</c>: says everything that is wrong in a configuration, a line each with its line and column.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "The configuration; - reads standard input" };
        var output = new Option<string>("--output") { Description = "The form of the report", DefaultValueFactory = _ => "text", HelpName = "text|json" };
        output.AcceptOnlyFromAmong("text", "json");
        var print = new Option<bool>("--print-config") { Description = "Print the configuration that the file means, defaults included" };
        var command = new Verb("check", "Say what is wrong in a configuration, with line and column.", ["adit check adit.yaml", "adit check --print-config adit.yaml"])
        {
            file, output, print,
        };
        command.SetAction(result => Run(result.GetRequiredValue(file), result.GetValue(output) == "json", result.GetValue(print), result.InvocationConfiguration.Output));
        return command;
    }

    private static int Run(string file, bool json, bool print, TextWriter to)
    {
        (AditConfiguration configuration, IReadOnlyList<ConfigurationProblem> problems) = ConfigurationFile.Check(file);
        if (json) WriteJson(problems, to);
        else if (problems.Count > 0) WriteText(problems, to);
        else if (print) to.Write(ConfigurationWriter.Write(configuration));
        else to.WriteLine($"{file}: ok");
        return problems.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    internal static void WriteText(IReadOnlyList<ConfigurationProblem> problems, TextWriter to)
    {
        foreach (ConfigurationProblem problem in problems)
        {
            var line = new System.Text.StringBuilder();
            LogText.AppendSafe(line, problem.ToString());
            to.WriteLine(line);
        }
    }

    internal static void WriteJson(IReadOnlyList<ConfigurationProblem> problems, TextWriter to)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteBoolean("ok", problems.Count == 0);
            json.WriteStartArray("problems");
            foreach (ConfigurationProblem p in problems)
            {
                json.WriteStartObject();
                json.WriteString("file", p.File);
                json.WriteNumber("line", p.At.Line);
                json.WriteNumber("column", p.At.Column);
                json.WriteString("message", LogText.WithoutPasswords(p.Message));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        to.WriteLine(System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }
}
