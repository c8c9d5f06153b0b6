using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Dns;

/// <summary>What others' tools see of our zone: nothing odd.</summary>
public sealed class ZoneTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dig_SeesAWellBehavedZone(bool byTcp)
    {
        PeerRequired.Installed("dig");
        await using DnsServer server = await DnsServer.StartAsync();
        string soa = await DigAsync(server, byTcp, "t.example", "SOA");
        Assert.Contains("status: NOERROR", soa, StringComparison.Ordinal);
        Assert.Contains("flags: qr aa rd;", soa, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^t\.example\.\s+3600\s+IN\s+SOA\s+ns\.t\.example\. hostmaster\.t\.example\. 1 3600 600 86400 0$", soa);
        string ns = await DigAsync(server, byTcp, "t.example", "NS");
        Assert.Matches(@"(?m)^t\.example\.\s+3600\s+IN\s+NS\s+ns\.t\.example\.$", ns);
        Assert.Matches(@"(?m)^ns\.t\.example\.\s+3600\s+IN\s+A\s+127\.0\.0\.1$", ns);
        Assert.Matches(@"(?m)^NS\.t\.ExAmPlE\.\s+3600\s+IN\s+A\s+127\.0\.0\.1$", await DigAsync(server, byTcp, "NS.t.ExAmPlE", "A"));
        string absent = await DigAsync(server, byTcp, "www.t.example", "A");
        Assert.Contains("status: NXDOMAIN", absent, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^t\.example\.\s+0\s+IN\s+SOA\s", absent);
        string text = await DigAsync(server, byTcp, "www.t.example", "TXT");
        Assert.Contains("status: NXDOMAIN", text, StringComparison.Ordinal);
        string empty = await DigAsync(server, byTcp, "t.example", "MX");
        Assert.Contains("status: NOERROR", empty, StringComparison.Ordinal);
        Assert.Contains("ANSWER: 0, AUTHORITY: 1", empty, StringComparison.Ordinal);
        Assert.Contains("status: REFUSED", await DigAsync(server, byTcp, "www.example", "A"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dig_SendsManyQueriesOnOneConnection_AndHearsAll()
    {
        PeerRequired.Installed("dig");
        await using DnsServer server = await DnsServer.StartAsync();
        ProcessResult result = await ProcessRunner.RunAsync(
            "dig", "@127.0.0.1", "-p", $"{server.EndPoint.Port}", "+tcp", "+keepopen", "+tries=1", "t.example", "SOA", "t.example", "NS", "+tcp", "+keepopen", "ns.t.example", "A", "+tcp", "+keepopen");
        Assert.Equal(3, System.Text.RegularExpressions.Regex.Count(result.Succeeded().Text, "status: NOERROR"));
    }

    [Fact]
    public async Task Host_AsksForEverythingAtOnce()
    {
        PeerRequired.Installed("host");
        await using DnsServer server = await DnsServer.StartAsync();
        string text = (await ProcessRunner.RunAsync("host", "-p", $"{server.EndPoint.Port}", "-t", "ns", "t.example", "127.0.0.1")).Succeeded().Text;
        Assert.Contains("t.example name server ns.t.example.", text, StringComparison.Ordinal);
    }

    private static async Task<string> DigAsync(DnsServer server, bool byTcp, string name, string type) =>
        (await ProcessRunner.RunAsync("dig", "@127.0.0.1", "-p", $"{server.EndPoint.Port}", byTcp ? "+tcp" : "+notcp", "+tries=1", name, type)).Succeeded().Text;
}
