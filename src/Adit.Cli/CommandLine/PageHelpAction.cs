using System.CommandLine;
using System.CommandLine.Invocation;
using Adit.Cli.Manual;

namespace Adit.Cli.CommandLine;

/// <summary><c>--help</c>: the command's page.</summary>
internal sealed class PageHelpAction : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        parseResult.InvocationConfiguration.Output.WriteLine(HelpText.Write(Pages.Of(parseResult.CommandResult.Command)));
        return ExitCode.Done;
    }
}
