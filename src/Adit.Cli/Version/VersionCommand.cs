using System.CommandLine;
using System.Runtime.InteropServices;
using Adit.Cli.CommandLine;

namespace Adit.Cli.Version;

/// <summary><c>adit version</c>.</summary>
internal static class VersionCommand
{
    /// <summary>The version, three numbers.</summary>
    public static string Number => typeof(VersionCommand).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    public static Command Create()
    {
        var output = new Option<string>("--output") { Description = "The form of the answer", DefaultValueFactory = _ => "text", HelpName = "text|json" };
        output.AcceptOnlyFromAmong("text", "json");
        var command = new Verb("version", "Print the version.", ["adit version", "adit version --output json"]) { output };
        command.SetAction(result => result.GetValue(output) == "json" ? PrintJson(result.InvocationConfiguration.Output) : Print());
        return command;
    }

    /// <summary>Prints the one line; called without System.CommandLine when the command line is just <c>version</c>.</summary>
    public static int Print()
    {
        Console.Out.WriteLine($"adit {Number}");
        return ExitCode.Done;
    }

    private static int PrintJson(TextWriter to)
    {
        to.WriteLine($$"""{"name":"adit","version":"{{Number}}","runtime":"{{Environment.Version}}","platform":"{{RuntimeInformation.RuntimeIdentifier}}"}""");
        return ExitCode.Done;
    }
}
