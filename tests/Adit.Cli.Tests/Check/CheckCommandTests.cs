using System.Text.Json;
using Adit.Cli.CommandLine;
using Adit.Core;

namespace Adit.Cli.Tests.Check;

public sealed class CheckCommandTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task GoodFile_IsOk() => Assert.Equal((0, $"{_file}: ok\n"), await CheckAsync("gateway: {max-channels: 9}", _file));

    [Fact]
    public async Task BadFile_TellsEveryProblem()
    {
        (int code, string output) = await CheckAsync("gateway:\n  exce: true\n  pyt: true\n", _file);
        Assert.Equal(1, code);
        Assert.Equal(
            $"{_file}:2:3: gateway: unknown key 'exce'; did you mean 'exec'?\n{_file}:3:3: gateway: unknown key 'pyt'; did you mean 'pty'?\n", output);
    }

    [Fact]
    public async Task Json_HasPlaces()
    {
        (int code, string output) = await CheckAsync("gateway:\n  exec: 3\n", "--output", "json", _file);
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.Equal(1, code);
        Assert.False(json.RootElement.GetProperty("ok").GetBoolean());
        Assert.Equal(9, json.RootElement.GetProperty("problems")[0].GetProperty("column").GetInt32());
    }

    [Fact]
    public async Task PrintConfig_CanBeReadAgain()
    {
        (_, string output) = await CheckAsync("gateway: {max-channels: 9}", "--print-config", _file);
        Assert.Contains("  max-channels: 9\n", output);
        Assert.Equal((0, output), await CheckAsync(output, "--print-config", _file));
    }

    [Fact]
    public async Task MissingFile_IsAnError() => await Assert.ThrowsAsync<TunnelException>(() => CheckAsync("", "/nowhere/adit.yaml"));

    private async Task<(int Code, string Output)> CheckAsync(string text, params string[] args)
    {
        await File.WriteAllTextAsync(_file, text);
        using var output = new StringWriter();
        int code = await AditCommand.InvokeAsync(["check", .. args], output, TextWriter.Null);
        return (code, output.ToString());
    }
}
