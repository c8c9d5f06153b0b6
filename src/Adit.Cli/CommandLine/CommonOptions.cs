using System.CommandLine;
using Adit.Cli.Logging;
using Microsoft.Extensions.Logging;

namespace Adit.Cli.CommandLine;

/// <summary>The options every verb has: <c>-v</c>, <c>-vv</c> and <c>--log-format</c>.</summary>
internal static class CommonOptions
{
    /// <summary>Counted: none, <c>-v</c> (causes, and what happens to each connection), <c>-vv</c> (everything but payload).</summary>
    public static Option<bool> Verbose { get; } = new("--verbose", "-v")
    {
        Description = "Say more on standard error; -vv says everything",
        Arity = ArgumentArity.Zero,
        AllowMultipleArgumentsPerToken = false,
        Recursive = true,
    };

    /// <summary>The form of the log on standard error.</summary>
    public static Option<string> LogFormat { get; } = MakeLogFormat();

    /// <summary>Where state lives, for the verbs that have any.</summary>
    public static Option<string> State { get; } = new("--state")
    {
        Description = "The state folder (default: $ADIT_STATE, else /var/lib/adit for root, else ~/.local/state/adit)",
        HelpName = "DIR",
    };

    /// <summary>Where the line "ready …" is written too, for the verbs that stay.</summary>
    public static Option<string> ReadyFile { get; } = new("--ready-file")
    {
        Description = "Write the line 'ready …' to this file too, once connections are accepted",
        HelpName = "PATH",
    };

    /// <summary>The ssh_config of hops.</summary>
    public static Option<string> SshConfig { get; } = new("--ssh-config", "-F")
    {
        Description = "Resolve ssh:// hops by this ssh_config instead of ~/.ssh/config and /etc/ssh/ssh_config; none reads neither",
        HelpName = "FILE",
    };

    /// <summary>How often <c>-v</c> was given.</summary>
    public static int VerbosityOf(ParseResult result) => result.GetResult(Verbose)?.IdentifierTokenCount ?? 0;

    /// <summary>The log that the command line asks for; the verb owns it.</summary>
    /// <param name="result">The parsed command line.</param>
    /// <param name="quietest">What is logged without <c>-v</c>: Information for servers, Warning for the others.</param>
    public static ILoggerFactory CreateLoggerFactory(ParseResult result, LogLevel quietest = LogLevel.Warning)
    {
        LogLevel least = VerbosityOf(result) switch { 0 => quietest, 1 => LogLevel.Debug, _ => LogLevel.Trace };
        return new LineLoggerFactory(Console.OpenStandardError(), least, result.GetValue(LogFormat) == "json" ? LogForm.Json : LogForm.Text);
    }

    private static Option<string> MakeLogFormat()
    {
        var option = new Option<string>("--log-format")
        {
            Description = "The form of the log: lines of text, or a JSON object a line",
            DefaultValueFactory = _ => "text",
            HelpName = "text|json",
            Recursive = true,
        };
        option.AcceptOnlyFromAmong("text", "json");
        return option;
    }
}
