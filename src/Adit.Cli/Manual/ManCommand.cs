using System.CommandLine;
using System.Globalization;
using Adit.Cli.CommandLine;
using Adit.Cli.Version;
using Adit.Core;

namespace Adit.Cli.Manual;

/// <summary><c>adit man</c>: the pages for man(1).</summary>
internal static class ManCommand
{
    public static Command Create()
    {
        var name = new Argument<string?>("COMMAND") { Description = "The command whose page to print; without it, the page of adit itself", Arity = ArgumentArity.ZeroOrOne };
        name.CompletionSources.Add(_ => AditCommand.Names.Select(n => new System.CommandLine.Completions.CompletionItem(n)));
        var output = new Option<string?>("--output") { Description = "Write every page under this folder, as man1/adit.1, man1/adit-ssh.1, ..., and print none", HelpName = "DIR" };
        var command = new Verb(
            "man",
            "Print or install the manual pages. They are made from the definitions that --help is made from.",
            ["adit man --output ~/.local/share/man", "adit man ssh | man -l -"])
        {
            name, output,
        };
        command.SetAction(result =>
        {
            CommandPage page = AditCommand.FindPage(result.GetValue(name), "man");
            if (result.GetValue(output) is { } folder) WriteAll(folder, Pages.All(AditCommand.Create()));
            else result.InvocationConfiguration.Output.Write(Text(page));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Writes every page.</summary>
    internal static void WriteAll(string folder, IReadOnlyList<CommandPage> pages)
    {
        try
        {
            foreach (CommandPage page in pages)
            {
                string section = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"man{page.Section}"));
                Directory.CreateDirectory(section);
                File.WriteAllText(Path.Combine(section, string.Create(CultureInfo.InvariantCulture, $"{page.Name}.{page.Section}")), Text(page));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TunnelException(TunnelError.BadConfiguration, $"{folder}: manual: expected a folder that can be written, got {e.Message}", inner: e);
        }
    }

    private static string Text(CommandPage page) => ManPage.Write(page, VersionCommand.Number, Day());

    // Packagers give the day of the sources (reproducible-builds.org, SOURCE_DATE_EPOCH); otherwise that of the program.
    private static DateOnly Day()
    {
        bool isGiven = long.TryParse(Environment.GetEnvironmentVariable("SOURCE_DATE_EPOCH"), NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds < 253_402_300_800;
        return DateOnly.FromDateTime(isGiven ? DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime : File.GetLastWriteTimeUtc(Path.Combine(AppContext.BaseDirectory, "adit.dll")));
    }
}
