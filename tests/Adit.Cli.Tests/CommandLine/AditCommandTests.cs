using System.CommandLine;
using Adit.Cli.CommandLine;

namespace Adit.Cli.Tests.CommandLine;

public sealed class AditCommandTests
{
    [Fact]
    public async Task Mistyped_Command_NamesTheNearest()
    {
        (int code, _, string error) = await RunAsync("verson");
        Assert.Equal(2, code);
        Assert.StartsWith("adit: verson: unknown command; did you mean 'version'?", error);
    }

    [Fact]
    public async Task Mistyped_Option_NamesTheNearest()
    {
        (int code, _, string error) = await RunAsync("version", "--log-fromat", "json");
        Assert.Equal(2, code);
        Assert.StartsWith("adit version: --log-fromat: unknown option; did you mean '--log-format'?", error);
    }

    [Fact]
    public async Task CommandOfALaterVersion_IsRefusedByName()
    {
        (int code, _, string error) = await RunAsync("vpn", "--via", "ssh://x");
        Assert.Equal(2, code);
        Assert.StartsWith("adit: vpn: this command is not there yet", error);
    }

    [Theory]
    [InlineData("version", "--output", "xml")]
    [InlineData("version", "--log-format", "xml")]
    [InlineData("version", "stray")]
    [InlineData("")]
    public async Task WrongUsage_IsExitTwo(params string[] args)
    {
        (int code, string output, string error) = await RunAsync(args);
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains("--help'.", error);
    }

    [Fact]
    public async Task NoCommand_IsExitTwo()
    {
        (int code, _, string error) = await RunAsync();
        Assert.Equal(2, code);
        Assert.Contains("adit --help", error);
    }

    [Fact]
    public async Task Help_OfEveryCommand_HasAnExample()
    {
        var commands = new Queue<(string[] Path, Command Command)>([([], AditCommand.Create())]);
        while (commands.TryDequeue(out var next))
        {
            (int code, string output, string error) = await RunAsync([.. next.Path, "--help"]);
            Assert.Equal(0, code);
            Assert.Empty(error);
            Assert.Contains($"Examples:{Environment.NewLine}  adit ", output);
            Assert.Contains("Exit codes:", output, StringComparison.Ordinal);
            foreach (Command c in next.Command.Subcommands) commands.Enqueue(([.. next.Path, c.Name], c));
        }
    }

    [Fact]
    public async Task HelpOfACommand_IsThatOfItsOption()
    {
        Assert.Equal(await RunAsync("keygen", "--help"), await RunAsync("help", "keygen"));
        Assert.Equal(await RunAsync("--help"), await RunAsync("help"));
        var e = await Assert.ThrowsAsync<Adit.Cli.Terminal.UsageException>(() => RunAsync("help", "kegen"));
        Assert.Equal("help: kegen: unknown command, did you mean keygen?", e.Message);
    }

    [Theory]
    [InlineData(0, "version")]
    [InlineData(1, "-v", "version")]
    [InlineData(1, "version", "-v")]
    [InlineData(2, "version", "-vv")]
    [InlineData(2, "version", "-v", "--verbose")]
    public void Verbosity_IsCounted(int expected, params string[] args) =>
        Assert.Equal(expected, CommonOptions.VerbosityOf(AditCommand.Create().Parse(args)));

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = await AditCommand.InvokeAsync(args, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
