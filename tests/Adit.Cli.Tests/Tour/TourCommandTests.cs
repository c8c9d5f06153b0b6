using System.Text.Json;
using Adit.Cli.CommandLine;

namespace Adit.Cli.Tests.Tour;

public sealed class TourCommandTests
{
    [Fact]
    public async Task EveryTunnel_BringsEveryOctetBack_AndNothingIsLeft()
    {
        string[] before = Folders();
        var output = new StringWriter();

        int code = await AditCommand.InvokeAsync(["tour", "--size", "1", "--output", "json"], output, TextWriter.Null);

        using JsonDocument report = JsonDocument.Parse(output.ToString());
        JsonElement[] rows = [.. report.RootElement.EnumerateArray()];
        Assert.All(rows, row => Assert.True(row.GetProperty("ok").GetBoolean(), row.ToString()));
        Assert.All(rows, row => Assert.Equal(1 << 20, row.GetProperty("octets").GetInt64()));
        Assert.All(rows, row => Assert.InRange(row.GetProperty("overhead").GetDouble(), row.GetProperty("encryption").GetString() == "no" ? 0 : 0.0005, 0.05));
        Assert.Equal(
            [
                "tcp/ssh/stream", "tcp/ssh/tcp", "tcp/ssh/tcp", "tcp/ssh/socks5/tcp", "tcp/ssh/unix", "tcp/ssh/ssh/stream",
                "tcp/socks5/stream", "tcp/http/stream", "tcp/tls/http/stream", "tcp/http/tls/http/stream",
                "tcp/http/ws/ssh/stream", "tcp/http/ssh/stream", "tcp/http/ssh/stream", "tcp/tls/h2/ws/ssh/stream",
            ],
            rows.Select(row => row.GetProperty("stack").GetString()));
        Assert.Equal(0, code);
        Assert.Equal(before, Folders());
    }

    [Fact]
    public async Task Text_NamesTheCommandForReal()
    {
        var output = new StringWriter();

        int code = await AditCommand.InvokeAsync(["tour", "--size", "1"], output, TextWriter.Null);

        Assert.Equal(0, code);
        Assert.Contains("adit ssh -N -D 1080 me@bastion", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(14, output.ToString().Split('\n').Count(line => line.EndsWith("all back, exact", StringComparison.Ordinal)));
    }

    private static string[] Folders() => [.. Directory.GetDirectories(Path.GetTempPath(), "adit-tour-*").Order()];
}
