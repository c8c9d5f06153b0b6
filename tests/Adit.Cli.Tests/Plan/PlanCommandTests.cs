using System.Text.Json;
using Adit.Cli.CommandLine;
using Adit.TestKit.Peers;

namespace Adit.Cli.Tests.Plan;

public sealed class PlanCommandTests : IDisposable
{
    private readonly PeerFolder _folder = new("plan");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Text_SaysWhatWouldBe()
    {
        (int code, string output) = await PlanAsync("state: /s\nssh-config: none\nforwards: [{listen: '0.0.0.0:5432', target: 'db:1', via: [connect://p, 'ssh://me@b']}]\n");
        Assert.Equal(0, code);
        Assert.StartsWith(
            """
            forwards[0]
              listens     0.0.0.0:5432  whoever reaches any address of this machine
              via         1. connect://p  HTTP CONNECT, at p:3128; not encrypted
                          2. ssh://me@b   SSH as me, at b:22
              target      db:1 (resolved by ssh://me@b)

            state in /s

            """.ReplaceLineEndings("\n"),
            output);
        Assert.Contains(":3:21: warning: forwards[0].listen: 0.0.0.0:5432: not on loopback: whoever reaches it reaches db:1, without a password\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_HasTheSame()
    {
        (int code, string output) = await PlanAsync("forwards: [{listen: '0.0.0.0:5432', target: 'db:1'}]\n", "--output", "json");
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.Equal(0, code);
        Assert.False(json.RootElement.GetProperty("sections")[0].GetProperty("listeners")[0].GetProperty("is-local").GetBoolean());
        Assert.Equal(1, json.RootElement.GetProperty("warnings")[0].GetProperty("at").GetProperty("line").GetInt32());
    }

    [Fact]
    public async Task WrongFile_IsToldAsByCheck()
    {
        (int code, string output) = await PlanAsync("forwards: 1\n");
        Assert.Equal(1, code);
        Assert.EndsWith(":1:11: forwards: expected a list of forwards, got '1'\n", output);
    }

    private async Task<(int Code, string Output)> PlanAsync(string text, params string[] options)
    {
        string file = _folder.Write("adit.yaml", text);
        using var output = new StringWriter();
        int code = await AditCommand.InvokeAsync(["plan", file, .. options], output, TextWriter.Null);
        return (code, output.ToString());
    }
}
