using System.CommandLine;
using System.CommandLine.Invocation;

namespace Adit.Cli.CommandLine;

/// <summary>The usual help, then the examples of the verb.</summary>
internal sealed class ExamplesHelpAction(SynchronousCommandLineAction usual) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        usual.Invoke(parseResult);
        if (parseResult.CommandResult.Command is Verb verb) Write(verb.Examples, parseResult.InvocationConfiguration.Output);
        else if (parseResult.CommandResult.Command is RootCommand) Write(AditCommand.Examples, parseResult.InvocationConfiguration.Output);
        return ExitCode.Done;
    }

    private static void Write(IReadOnlyList<string> examples, TextWriter to)
    {
        to.WriteLine("Examples:");
        foreach (string example in examples) to.WriteLine($"  {example}");
        to.WriteLine();
    }
}
