using Adit.Cli.Ssh;

namespace Adit.Cli.Tests.Ssh;

public sealed class SshCommandTests
{
    [Fact]
    public void Help_GoesToStandardOutput_WithAnExample()
    {
        (int code, string output, string error) = Run("--help");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("adit ssh -N -L 8080:intranet:80 me@bastion", output, StringComparison.Ordinal);
        Assert.All(output.Split('\n'), line => Assert.InRange(line.Length, 0, 120));
    }

    [Fact]
    public void Version_GoesToStandardError()
    {
        (int code, string output, string error) = Run("-V");
        Assert.Equal((0, ""), (code, output));
        Assert.StartsWith("Adit_", error, StringComparison.Ordinal);
    }

    [Fact]
    public void WrongUsage_IsOneLineThenTheUsage_And255()
    {
        (int code, _, string error) = Run("-Z");
        Assert.Equal(255, code);
        Assert.StartsWith("unknown option -- Z\nusage: adit ssh [", error, StringComparison.Ordinal);
    }

    [Fact]
    public void NoHost_IsTheUsage_And255() => Assert.StartsWith("usage: adit ssh [", Run().Error, StringComparison.Ordinal);

    [Fact]
    public void WrongOption_IsOneLine_And255() =>
        Assert.Equal((255, "", "command-line: line 0: Bad configuration option: prot, did you mean port?\n"), Run("-F", "none", "-o", "Prot=1", "h"));

    [Fact]
    public void OptionNotThereYet_IsRefusedByName() => Assert.Equal((255, "", "adit ssh: -X: X11 forwarding is not there yet\n"), Run("-X", "h"));

    private static (int Code, string Output, string Error) Run(params string[] words)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = SshCommand.RunAsync(words, output, error).GetAwaiter().GetResult();
        return (code, output.ToString(), error.ToString());
    }
}
