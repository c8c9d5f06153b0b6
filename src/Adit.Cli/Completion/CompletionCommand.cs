using System.CommandLine;
using Adit.Cli.CommandLine;
using Adit.Cli.Manual;
using Adit.Cli.Terminal;
using Adit.Core.Text;

namespace Adit.Cli.Completion;

/// <summary><c>adit completion SHELL</c>: a script that completes Adit's command line in a shell without starting Adit.</summary>
internal static class CompletionCommand
{
    private static readonly string[] Shells = ["bash", "zsh", "fish"];

    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish" };
        shell.CompletionSources.Add(Shells);
        var command = new Verb(
            "completion",
            "Print the script that completes Adit's command line in a shell. It knows verbs, options and their values, and host names of ssh_config and known_hosts.",
            [
                "adit completion bash > ~/.local/share/bash-completion/completions/adit",
                "adit completion zsh > /usr/local/share/zsh/site-functions/_adit",
                "adit completion fish > ~/.config/fish/completions/adit.fish",
                "source <(adit completion bash)",
            ])
        {
            shell,
        };
        command.SetAction(result =>
        {
            result.InvocationConfiguration.Output.Write(Write(result.GetRequiredValue(shell), Pages.All(AditCommand.Create())));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The script for a shell.</summary>
    /// <exception cref="UsageException">There is none for it.</exception>
    internal static string Write(string shell, IReadOnlyList<CommandPage> pages) => shell switch
    {
        "bash" => BashScript.Write(pages),
        "zsh" => ZshScript.Write(pages),
        "fish" => FishScript.Write(pages),
        _ => throw new UsageException($"completion: {shell}: expected bash, zsh or fish{NearestName.Suggest(shell, Shells)}"),
    };
}
