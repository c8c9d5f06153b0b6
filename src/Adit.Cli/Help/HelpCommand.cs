using System.CommandLine;
using Adit.Cli.CommandLine;
using Adit.Cli.Manual;

namespace Adit.Cli.Help;

/// <summary><c>adit help [COMMAND]</c>.</summary>
internal static class HelpCommand
{
    public static Command Create()
    {
        var name = new Argument<string?>("COMMAND") { Description = "The command; without it, all are listed", Arity = ArgumentArity.ZeroOrOne };
        name.CompletionSources.Add(_ => AditCommand.Names.Select(n => new System.CommandLine.Completions.CompletionItem(n)));
        var command = new Verb("help", "Print the help of a command.", ["adit help ssh", "adit help"]) { name };
        command.SetAction(result =>
        {
            CommandPage page = AditCommand.FindPage(result.GetValue(name), "help");
            result.InvocationConfiguration.Output.WriteLine(HelpText.Write(page));
            return ExitCode.Done;
        });
        return command;
    }
}
