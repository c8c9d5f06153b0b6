using System.CommandLine;
using Adit.Cli.Manual;
using Adit.Cli.Ssh;
using Adit.Cli.Sshd;

namespace Adit.Cli.CommandLine;

/// <summary>The pages of every command.</summary>
internal static class Pages
{
    /// <summary>That of <c>adit</c>, then those of its verbs in the order of its help.</summary>
    public static IReadOnlyList<CommandPage> All(RootCommand root)
    {
        CommandPage[] verbs = [.. root.Subcommands.OfType<Verb>().Where(v => !v.Hidden).Select(Of)];
        return [VerbPage.Of(root, verbs), .. verbs];
    }

    /// <summary>The page of a command of the tree.</summary>
    public static CommandPage Of(Command command) => command switch
    {
        RootCommand root => All(root)[0],
        { Name: "ssh" } => SshUsage.Page,
        { Name: "sshd" } => SshdUsage.Page,
        _ => VerbPage.Of((Verb)command),
    };
}
