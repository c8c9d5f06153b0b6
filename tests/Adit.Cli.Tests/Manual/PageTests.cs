using Adit.Cli.CommandLine;
using Adit.Cli.Manual;
using Adit.TestKit.Peers;

namespace Adit.Cli.Tests.Manual;

public sealed class PageTests
{
    private static readonly IReadOnlyList<CommandPage> All = Pages.All(AditCommand.Create());

    [Fact]
    public void EveryPage_SaysWhatUsersNeed()
    {
        Assert.Contains(All, p => p is { Name: "adit", Section: 1 });
        Assert.Contains(All, p => p is { Name: "adit-sshd", Section: 8 });
        foreach (CommandPage page in All)
        {
            Assert.True(page.Purpose is [.., '.'] && page.Purpose.Length < 100 && !page.Purpose.Contains(". ", StringComparison.Ordinal), page.Purpose);
            Assert.NotEmpty(page.ExitCodes);
            Assert.NotEmpty(page.Examples);
            Assert.All(page.Examples, e => Assert.Contains("adit", e.Term, StringComparison.Ordinal));
            Assert.All(page.Options.Where(o => o.IsListed), o => Assert.EndsWith(".", o.Description, StringComparison.Ordinal));
            Assert.Equal(page.Options.SelectMany(o => o.Names).Distinct(), page.Options.SelectMany(o => o.Names));
        }
    }

    [Fact]
    public void Help_NamesEveryOption_InLinesThatFit()
    {
        foreach (CommandPage page in All)
        {
            string help = HelpText.Write(page);
            Assert.All(page.Options.Where(o => o.IsListed), o => Assert.Contains($"  {o.Term}", help, StringComparison.Ordinal));
            Assert.All(help.Split('\n').Where(l => !l.StartsWith("  adit ", StringComparison.Ordinal)), line => Assert.True(line.Length <= 115, line));
        }
    }

    [Fact]
    public async Task ManPages_AreWithoutFault()
    {
        using var folder = new PeerFolder("man");
        ManCommand.WriteAll(folder.Path, All);
        string[] files = [.. Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        Assert.Equal(All.Select(p => $"man{p.Section}/{p.Name}.{p.Section}").Order(StringComparer.Ordinal), files.Select(f => Path.GetRelativePath(folder.Path, f)));
        if (InstalledPeers.Missing("mandoc") is { } reason)
        {
            if (InstalledPeers.MustBeComplete) Assert.Fail(reason);
            Assert.Skip(reason);
        }

        ProcessResult lint = await ProcessRunner.RunAsync("mandoc", ["-T", "lint", "-W", "warning", .. files]);
        Assert.Equal((0, "", ""), (lint.ExitCode, lint.Text, lint.Errors));
        ProcessResult text = await ProcessRunner.RunAsync("mandoc", "-T", "ascii", files.Single(f => f.EndsWith("adit-ssh.1", StringComparison.Ordinal)));
        Assert.Contains("adit ssh -N -L 8080:intranet:80 me@bastion", Plain(text.Succeeded().Text), StringComparison.Ordinal);
    }

    // Without overstriking: each bold letter is itself, a backspace, itself.
    private static string Plain(string text)
    {
        var to = new System.Text.StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            if (i + 1 < text.Length && text[i + 1] == '\b') i++;
            else to.Append(text[i]);
        }

        return to.ToString();
    }
}
