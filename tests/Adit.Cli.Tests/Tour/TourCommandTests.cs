using System.Text.Json;
using Adit.Cli.CommandLine;
using Adit.Platform.Netlink;

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
        JsonElement[] all = [.. report.RootElement.EnumerateArray()];
        JsonElement[] links = [.. all.Where(IsLink)];
        JsonElement[] rows = [.. all.Where(row => !IsLink(row))];
        Assert.All(rows, row => Assert.True(row.GetProperty("ok").GetBoolean(), row.ToString()));
        Assert.All(rows, row => Assert.Equal(row.GetProperty("tunnel").GetString() == "text messages" ? 4096 : 1 << 20, row.GetProperty("octets").GetInt64()));
        Assert.All(rows.Where(row => row.TryGetProperty("overhead", out _)), row => Assert.InRange(row.GetProperty("overhead").GetDouble(), row.GetProperty("encryption").GetString() == "no" ? 0 : 0.0005, row.GetProperty("tunnel").GetString() == "text messages" ? 3 : 0.05));
        Assert.Equal(2, rows.Count(row => !row.TryGetProperty("overhead", out _))); // what goes by UDP
        Assert.Equal(
            [
                "tcp/ssh/stream", "tcp/ssh/tcp", "tcp/ssh/tcp", "tcp/ssh/socks5/tcp", "tcp/ssh/unix", "tcp/ssh/ssh/stream",
                "tcp/socks5/stream", "tcp/http/stream", "tcp/tls/http/stream", "tcp/http/tls/http/stream",
                "tcp/http/ws/ssh/stream", "tcp/http/ssh/stream", "tcp/http/ssh/stream", "tcp/tls/h2/ws/ssh/stream",
                "udp/dns/lifeline/ssh/stream", "tcp/mqtt/lifeline/ssh/stream", "tcp/smpp/lifeline/ssh/stream", "tcp → ws → dns → tcp/lifeline/ssh",
            ],
            rows.Select(row => row.GetProperty("stack").GetString()));
        Assert.Equal(
            [
                "ip4/gre+key/ip4/tcp", "ip4/gre/eth/ip4/tcp", "ip4/ip4/tcp", "ip4/ip6/tcp", "ip6/ip4/tcp", "ip6/gre/ip6/tcp", "ip6/gre/eth/ip4/tcp", "ip4/etherip/eth/ip4/tcp", "ip4/udp/vxlan/eth/ip4/tcp",
                "ip6/udp/geneve/eth/ip6/tcp", "ip4/udp/ip4/tcp", "unix/framed/ip4/tcp",
            ],
            links.Select(row => row.GetProperty("stack").GetString()));
        if (NetworkPrivilege.MayChange) Assert.All(links, row => Assert.True(row.GetProperty("ok").GetBoolean(), row.ToString()));
        if (NetworkPrivilege.MayChange) Assert.All(links, row => Assert.InRange(row.GetProperty("overhead").GetDouble(), 0.02, 0.2));
        else Assert.All(links, row => Assert.StartsWith("needs root", row.GetProperty("skipped").GetString()));
        Assert.Equal(0, code);
        Assert.Equal(before, Folders());
    }

    [Fact]
    public async Task Text_NamesTheCommandForReal()
    {
        var output = new StringWriter();

        int code = await AditCommand.InvokeAsync(["tour", "--size", "1"], output, TextWriter.Null);

        Assert.True(code == 0, output.ToString());
        Assert.Contains("MiB came by tcp; tcp is cut: goes on by ws", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("MiB came by dns; tcp is back: goes on by tcp", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("adit ssh -N -D 1080 me@bastion", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(NetworkPrivilege.MayChange ? 30 : 18, output.ToString().Split('\n').Count(line => line.EndsWith("all back, exact", StringComparison.Ordinal)));
    }

    private static bool IsLink(JsonElement row) => row.GetProperty("command").GetString()!.StartsWith("adit link ", StringComparison.Ordinal);

    private static string[] Folders() => [.. Directory.GetDirectories(Path.GetTempPath(), "adit-tour-*").Order()];
}
