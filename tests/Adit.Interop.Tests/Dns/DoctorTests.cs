using System.Text.Json;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Dns;

/// <summary>"adit doctor dns://…", without a key.</summary>
public sealed class DoctorTests
{
    [Fact]
    public async Task TellsWhatUnboundLetsThrough()
    {
        PeerRequired.Installed("unbound");
        await using DnsServer server = await DnsServer.StartAsync();
        await using Unbound unbound = await Unbound.StartAsync("t.example", $"127.0.0.1@{server.EndPoint.Port}", settings: ["max-udp-size: 512"]);
        await using AditProgram adit = new();
        ProcessResult result = (await adit.RunAsync("doctor", $"dns://t.example?resolver={unbound.EndPoint}", "--timeout", "2", "--output", "json")).Succeeded();
        using JsonDocument document = JsonDocument.Parse(result.Output);
        JsonElement route = document.RootElement.GetProperty("routes")[0];
        Assert.Equal(("base229", false, 60_000), (route.GetProperty("encoding").GetString(), route.GetProperty("edns").GetBoolean(), route.GetProperty("jumbo").GetInt32()));
        Assert.Contains(route.GetProperty("probes").EnumerateArray(), p => !p.GetProperty("passes").GetBoolean() && p.GetProperty("why").GetString() == "cut short");
    }

    [Fact]
    public async Task SaysWhyNothingPasses()
    {
        await using DnsServer server = await DnsServer.StartAsync();
        await using AditProgram adit = new();
        ProcessResult result = await adit.RunAsync("doctor", $"dns://nobody.example?resolver={server.EndPoint}", "--timeout", "1");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("the resolver refuses", result.Text, StringComparison.Ordinal);
    }
}
