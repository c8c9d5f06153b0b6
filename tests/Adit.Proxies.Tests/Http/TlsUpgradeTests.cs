using System.Net.Security;
using Adit.Core.Certificates;
using Adit.Core.Streams;
using Adit.Proxies.Tests.Serving;
using Adit.Proxies.Users;

namespace Adit.Proxies.Tests.Http;

/// <summary>TLS from clients: RFC 2817's upgrade, also before CONNECT, and TLS from the first octet.</summary>
public sealed class TlsUpgradeTests : IDisposable
{
    private readonly KeyedCertificate _certificate = SelfSigned.Create(["localhost"]);

    public void Dispose() => _certificate.Dispose();

    [Theory]
    [InlineData("TLS/1.0")]
    [InlineData("HTTP/2.0, TLS/1.3, TLS/1.2")]
    public async Task Upgrade_AnswersInsideTls(string tokens)
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync(Options());
        await using RawConnection client = await proxy.ConnectAsync();
        await client.SendAsync($"OPTIONS * HTTP/1.1\r\nHost: x\r\nUpgrade: {tokens}\r\nConnection: Upgrade\r\n\r\n");
        Assert.Equal("HTTP/1.1 101 Switching Protocols\r\nUpgrade: TLS/1.2, HTTP/1.1\r\nConnection: Upgrade\r\n\r\n", await client.ReadHeadAsync());
        await using SslStream tls = await TlsOverAsync(client);
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await ReadHeadAsync(tls));
        await using var origin = new RawOrigin();
        await tls.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"GET http://127.0.0.1:{origin.Port}/ HTTP/1.1\r\nHost: x\r\n\r\n"));
        await using RawConnection server = await origin.NextAsync();
        await server.ReadHeadAsync();
        await server.SendAsync("HTTP/1.1 204 No Content\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 204 ", await ReadHeadAsync(tls));
    }

    [Fact]
    public async Task Connect_UpgradesFirst_AndThePasswordIsAskedForInside()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync(Options() with { RequireTls = true, Users = new ProxyUsers([("u", "p")]), Rules = [ProxyHost.Rule("allow *:*")] });
        await using var origin = new RawOrigin();
        await using RawConnection client = await proxy.ConnectAsync();
        string connect = $"CONNECT 127.0.0.1:{origin.Port} HTTP/1.1\r\nHost: 127.0.0.1:{origin.Port}\r\n";
        await client.SendAsync($"{connect}\r\n");
        string required = await client.ReadHeadAsync();
        Assert.StartsWith("HTTP/1.1 426 Upgrade Required\r\nUpgrade: TLS/1.3, TLS/1.2, TLS/1.0, HTTP/1.1\r\n", required);
        Assert.Contains("\r\nConnection: Upgrade\r\n", required);
        await client.ReadUntilAsync("\n");

        await client.SendAsync($"{connect}Upgrade: TLS/1.2\r\nConnection: Upgrade\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 101 ", await client.ReadHeadAsync());
        await using SslStream tls = await TlsOverAsync(client);
        Assert.StartsWith("HTTP/1.1 407 ", await ReadHeadAsync(tls));
        await tls.ReadExactlyAsync(new byte["a user name and a password are required\n".Length]);
        await tls.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"{connect}Proxy-Authorization: Basic dTpw\r\n\r\n"));
        Assert.StartsWith("HTTP/1.1 200 ", await ReadHeadAsync(tls));
        await using RawConnection server = await origin.NextAsync();
        await tls.WriteAsync("up"u8.ToArray());
        Assert.Equal("up", await server.ReadTextAsync(2));
        await server.SendAsync("down");
        byte[] down = new byte[4];
        await tls.ReadExactlyAsync(down);
        Assert.Equal("down"u8.ToArray(), down);
    }

    [Theory]
    [InlineData("\u0005\u0001\0", "\u0005\u00ff")]
    [InlineData("\u0004\u0001\0P\u007f\0\0\u0001\0", "\0[\0\0\0\0\0\0")]
    public async Task Socks_WithoutTls_IsRefusedWhereItIsRequired(string request, string answer)
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync(Options() with { RequireTls = true });
        await using RawConnection client = await proxy.ConnectAsync();
        await client.SendAsync(request);
        client.EndSending();
        Assert.Equal(answer, await client.ReadToEndAsync());
    }

    [Fact]
    public async Task TlsFromTheFirstOctet_IsServed_WhateverIsInside()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync(Options() with { RequireTls = true });
        await using var origin = new RawOrigin();
        await using RawConnection client = await proxy.ConnectAsync();
        await using SslStream tls = await TlsOverAsync(client);
        await tls.WriteAsync(new byte[] { 5, 1, 0 });
        byte[] two = new byte[2];
        await tls.ReadExactlyAsync(two);
        await tls.WriteAsync(new byte[] { 5, 1, 0, 1, 127, 0, 0, 1, (byte)(origin.Port >> 8), (byte)origin.Port });
        byte[] reply = new byte[10];
        await tls.ReadExactlyAsync(reply);
        Assert.Equal(0, reply[1]);
    }

    [Fact]
    public async Task Upgrade_WithoutACertificate_IsIgnored()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync();
        await using RawConnection client = await proxy.ConnectAsync();
        await client.SendAsync("OPTIONS * HTTP/1.1\r\nHost: x\r\nUpgrade: TLS/1.2\r\nConnection: Upgrade\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await client.ReadHeadAsync());
    }

    private ProxyOptions Options() => new() { Tls = async (stream, token) => await TlsLayer.AcceptAsync(stream, new TlsServerOptions { Certificate = _certificate }, token) };

    private async Task<SslStream> TlsOverAsync(RawConnection client)
    {
        var tls = new SslStream(client.Stream, leaveInnerStreamOpen: true);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate!.GetCertHashString() == _certificate.Leaf.GetCertHashString() }).WaitAsync(TimeSpan.FromSeconds(20));
        return tls;
    }

    private static async Task<string> ReadHeadAsync(SslStream tls)
    {
        var text = new System.Text.StringBuilder();
        byte[] one = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await tls.ReadExactlyAsync(one).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
            text.Append((char)one[0]);
        }

        return text.ToString();
    }
}
