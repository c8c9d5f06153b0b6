using System.Text;
using Adit.Proxies.AccessLog;
using Adit.Proxies.Inspection;
using Adit.Proxies.Tests.Serving;

namespace Adit.Proxies.Tests.Inspection;

/// <summary>What flows inside a tunnel is told by its first octets, of either side, and passes unchanged or not at all.</summary>
public sealed class InspectionTests
{
    [Theory]
    [InlineData("\u0016\u0003\u0001\u0002\0\u0001\0\u0001", TunnelContent.Tls)]
    [InlineData("\u0016\u0003\u0001", TunnelContent.Unknown)]
    [InlineData("\u0016\u0002\u0001\u0002\0\u0001", TunnelContent.Other)]
    [InlineData("SSH-2.0-x\r\n", TunnelContent.Ssh)]
    [InlineData("SS", TunnelContent.Unknown)]
    [InlineData("GET / HTTP/1.1\r\n", TunnelContent.Http)]
    [InlineData("CONNECT a:22 HTTP/1.1\r\n", TunnelContent.Http)]
    [InlineData("PRI * HTTP/2.0\r\n", TunnelContent.Http)]
    [InlineData("POS", TunnelContent.Unknown)]
    [InlineData("HTTP/1.1 200 OK\r\n", TunnelContent.Http)]
    [InlineData("EHLO mail.example\r\n", TunnelContent.Other)]
    [InlineData("USER me\r\n", TunnelContent.Other)]
    [InlineData("220 mail.example ESMTP\r\n", TunnelContent.Other)]
    [InlineData("\u0005\u0001\0", TunnelContent.Other)]
    [InlineData("", TunnelContent.Unknown)]
    public void Content_IsTold(string first, TunnelContent expected) => Assert.Equal(expected, StreamClassifier.Classify(Encoding.Latin1.GetBytes(first)));

    [Theory]
    [InlineData("deny:ssh,other", TunnelContent.Tls, true)]
    [InlineData("deny:ssh,other", TunnelContent.Ssh, false)]
    [InlineData("deny:ssh,other", TunnelContent.Other, false)]
    [InlineData("allow:tls", TunnelContent.Tls, true)]
    [InlineData("allow:tls", TunnelContent.Http, false)]
    public void Policy_IsRead(string text, TunnelContent content, bool allowed) => Assert.Equal(allowed, Parse(text).Allows(content));

    [Theory]
    [InlineData("")]
    [InlineData("tls")]
    [InlineData("allow:")]
    [InlineData("allow:smtp")]
    [InlineData("forbid:ssh")]
    public void OtherWords_AreRefused(string text) => Assert.False(InspectionPolicy.TryParse(text, out _, out _));

    [Theory]
    [InlineData("\u0016\u0003\u0001\u0002\0\u0001and more", null, true, "tls")]
    [InlineData("SSH-2.0-client\r\n", null, false, "ssh")]
    [InlineData(null, "SSH-2.0-server\r\n", false, "ssh")]
    [InlineData(null, "220 hello\r\n", false, "other")]
    [InlineData("GET / HTTP/1.1\r\n\r\n", null, true, "http")]
    [InlineData("\u0001\u0002", null, false, "other")]
    public async Task Tunnel_PassesUnchanged_OrNotAtAll(string? fromClient, string? fromServer, bool passes, string content)
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync(ProxyHost.WithRules("allow *:*") with { Inspection = Parse("deny:ssh,other") });
        await using var origin = new RawOrigin();
        await using RawConnection client = await proxy.ConnectAsync();
        await client.SendAsync($"CONNECT 127.0.0.1:{origin.Port} HTTP/1.1\r\n\r\n");
        await client.ReadHeadAsync();
        await using RawConnection server = await origin.NextAsync();
        if (fromServer is not null) await server.SendAsync(fromServer);
        // Octet by octet: nothing is decided too early, and nothing is lost.
        foreach (char c in fromClient ?? "") await client.SendAsync([(byte)c]);
        if (passes)
        {
            Assert.Equal(fromClient, await server.ReadTextAsync(fromClient!.Length));
            await server.SendAsync("answer");
            Assert.Equal("answer", await client.ReadTextAsync(6));
            client.EndSending();
            Assert.Equal("", await server.ReadToEndAsync());
        }
        else
        {
            Assert.True(await client.IsCutAsync());
            Assert.True(await server.IsCutAsync());
            Assert.Single(proxy.Lines, l => l.StartsWith("Information", StringComparison.Ordinal) && l.Contains($"refused: inspection deny:ssh,other: {content}", StringComparison.Ordinal));
        }

        await server.DisposeAsync();
        await client.DisposeAsync();
        ProxyAccess access = await proxy.AccessAsync();
        Assert.Equal((content, passes ? ProxyVerdict.Allowed : ProxyVerdict.Denied), (access.Content, access.Verdict));
    }

    [Fact]
    public async Task ServerThatSpeaksFirst_IsHeard_WhereItIsAllowed()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync(new ProxyOptions { Inspection = Parse("allow:ssh") });
        await using var origin = new RawOrigin();
        await using RawConnection client = await proxy.ConnectAsync();
        await client.SendAsync([5, 1, 0, .. Socks.SocksTests.Request5(1, null, origin.Port)]);
        await client.ReadAsync(12);
        await using RawConnection server = await origin.NextAsync();
        foreach (char c in "SSH-2.0-server\r\n") await server.SendAsync([(byte)c]);
        Assert.Equal("SSH-2.0-server\r\n", await client.ReadTextAsync(16));
        await client.SendAsync("SSH-2.0-client\r\n");
        Assert.Equal("SSH-2.0-client\r\n", await server.ReadTextAsync(16));
    }

    [Fact]
    public async Task SilentStream_IsOther_OnceItsPatienceIsOver()
    {
        InspectionPolicy policy = Parse("deny:other");
        await using ProxyHost proxy = await ProxyHost.StartAsync(new ProxyOptions { Inspection = policy });
        await using var origin = new RawOrigin();
        await using RawConnection client = await proxy.ConnectAsync();
        await client.SendAsync([5, 1, 0, .. Socks.SocksTests.Request5(1, null, origin.Port), (byte)'S']);
        await client.ReadAsync(12);
        client.EndSending();
        Assert.True(await client.IsCutAsync());
    }

    private static InspectionPolicy Parse(string text)
    {
        Assert.True(InspectionPolicy.TryParse(text, out InspectionPolicy? policy, out string? why), why);
        return policy!;
    }
}
