using System.CommandLine;
using System.CommandLine.Help;
using Adit.Cli.Check;
using Adit.Cli.Completion;
using Adit.Cli.Doctor;
using Adit.Cli.Forward;
using Adit.Cli.Help;
using Adit.Cli.Keygen;
using Adit.Cli.Lab;
using Adit.Cli.Link;
using Adit.Cli.Manual;
using Adit.Cli.Mtu;
using Adit.Cli.Plan;
using Adit.Cli.Proxy;
using Adit.Cli.Serve;
using Adit.Cli.Ssh;
using Adit.Cli.Sshd;
using Adit.Cli.Status;
using Adit.Cli.Terminal;
using Adit.Cli.Tour;
using Adit.Cli.Up;
using Adit.Cli.Version;
using Adit.Core.Text;

namespace Adit.Cli.CommandLine;

/// <summary>The root of the command line: an explicit table of verbs, and what they share.</summary>
internal static class AditCommand
{
    /// <summary>The first things to try.</summary>
    public static IReadOnlyList<string> Examples { get; } =
    [
        "adit tour",
        "adit serve --listen tcp://127.0.0.1:2222",
        "adit ssh -L 8080:intranet:80 me@bastion",
        "adit proxy --via ssh://me@bastion",
        "adit check adit.yaml && adit up adit.yaml",
    ];

    /// <summary>Builds the whole tree.</summary>
    public static RootCommand Create()
    {
        var root = new RootCommand("Adit carries any traffic over whatever the network lets through.")
        {
            CommonOptions.Verbose,
            CommonOptions.LogFormat,
            List(SshUsage.Page),
            List(SshdUsage.Page),
            ServeCommand.Create(),
            ProxyCommand.Create(),
            ForwardCommand.Create(),
            LinkCommand.Create(),
            UpCommand.Create(),
            CheckCommand.Create(),
            PlanCommand.Create(),
            StatusCommand.Create(),
            TopCommand.Create(),
            TourCommand.Create(),
            DoctorCommand.Create(),
            MtuCommand.Create(),
            LabCommand.Create(),
            KeygenCommand.Create(),
            CompletionCommand.Create(),
            ManCommand.Create(),
            HelpCommand.Create(),
            VersionCommand.Create(),
        };
        foreach (HelpOption help in root.Options.OfType<HelpOption>())
            help.Action = new PageHelpAction();
        return root;
    }

    /// <summary>The verbs' names, in the order of the help.</summary>
    public static IReadOnlyList<string> Names => [.. Create().Subcommands.Where(c => !c.Hidden).Select(c => c.Name)];

    /// <summary>The page of a verb by its name; that of <c>adit</c> itself for none.</summary>
    /// <param name="name">The name, as given.</param>
    /// <param name="asking">The verb that was given it.</param>
    /// <exception cref="UsageException">There is no such verb.</exception>
    public static CommandPage FindPage(string? name, string asking)
    {
        RootCommand root = Create();
        if (name is null) return Pages.Of(root);
        return root.Subcommands.FirstOrDefault(c => c.Name == name) is { } command
            ? Pages.Of(command)
            : throw new UsageException($"{asking}: {name}: unknown command{NearestName.Suggest(name, root.Subcommands.Select(c => c.Name))}");
    }

    // Run without System.CommandLine; they stand here to be listed, and to be the nearest word of a mistyped one.
    private static Verb List(CommandPage page)
    {
        var command = new Verb(page.Verb, page.Purpose, [page.Examples[0].Term]) { TreatUnmatchedTokensAsErrors = false };
        command.SetAction(int (ParseResult _) => throw new UsageException($"{page.Verb}: expected as the first word, with its options after it: {page.Synopsis[0]}"));
        return command;
    }

    /// <summary>Parses and runs.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> InvokeAsync(string[] args, TextWriter output, TextWriter error)
    {
        ParseResult result = Create().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null, // TerminationSignals does it
        };
        if (result.Errors.Count > 0 && result.Action is not PageHelpAction) return UsageErrors.Report(result, error);
        using var signals = new TerminationSignals();
        return await result.InvokeAsync(configuration, signals.Token).ConfigureAwait(false);
    }
}
