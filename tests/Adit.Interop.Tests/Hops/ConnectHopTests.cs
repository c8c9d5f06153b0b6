using System.Net;
using Adit.Core;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Hops;

/// <summary>connect hops through squid, tinyproxy, ncat and Apache.</summary>
public sealed class ConnectHopTests
{
    private static readonly Dictionary<string, string> Alice = new() { ["alice"] = "secret" };

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Squid_Carries(string host)
    {
        PeerRequired.Installed("squid", "setpriv", PeerRequired.Root);
        await using Squid proxy = await Squid.StartAsync();
        await using StreamServer echo = StreamServer.Echo(new IPEndPoint(IPAddress.Parse(host), 0));
        await HopProbe.AssertEchoAsync(host, echo.Port, $"connect://{(host == "::1" ? "[::1]" : host)}:{proxy.Port}");
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Squid_AsksForCredentials(bool basic, bool digest)
    {
        PeerRequired.Installed("squid", "setpriv", "openssl", PeerRequired.Root);
        await using Squid proxy = await Squid.StartAsync(new SquidOptions { Users = Alice, OffersBasic = basic, OffersDigest = digest });
        await using StreamServer echo = StreamServer.Echo();
        string hop = $"connect://alice:secret@127.0.0.1:{proxy.Port}";
        await using (var chain = HopProbe.Chain(hop))
        {
            // The second dial knows the challenge already, and each after it counts on.
            for (int i = 0; i < 4; i++)
            {
                await using var stream = await chain.DialAsync(new DialRequest(new TcpDestination("127.0.0.1", echo.Port)));
                await stream.WriteAsync("hello"u8.ToArray());
                byte[] back = new byte[5];
                await stream.ReadExactlyAsync(back);
                Assert.Equal("hello"u8.ToArray(), back);
            }
        }

        Assert.Equal(1, proxy.AccessLog.Split('\n').Count(l => l.Contains("/407", StringComparison.Ordinal)));
        await HopProbe.AssertEchoAsync("127.0.0.1", echo.Port, hop);
        await HopProbe.FailAsync(TunnelError.AuthenticationFailed, "127.0.0.1", echo.Port, $"connect://alice:wrong@127.0.0.1:{proxy.Port}");
        await HopProbe.FailAsync(TunnelError.AuthenticationFailed, "127.0.0.1", echo.Port, $"connect://127.0.0.1:{proxy.Port}");
    }

    [Fact]
    public async Task Squid_StaleNonce_IsExchanged()
    {
        PeerRequired.Installed("squid", "setpriv", "openssl", PeerRequired.Root);
        await using Squid proxy = await Squid.StartAsync(new SquidOptions { Users = Alice, OffersBasic = false, NonceUses = 2 });
        await using StreamServer echo = StreamServer.Echo();
        await using var chain = HopProbe.Chain($"connect://alice:secret@127.0.0.1:{proxy.Port}");
        for (int i = 0; i < 7; i++)
        {
            await using var stream = await chain.DialAsync(new DialRequest(new TcpDestination("127.0.0.1", echo.Port)));
        }

        Assert.InRange(proxy.AccessLog.Split('\n').Count(l => l.Contains("/407", StringComparison.Ordinal)), 2, 7);
    }

    [Fact]
    public async Task ManyAtOnce_ShareOneChallenge()
    {
        PeerRequired.Installed("squid", "setpriv", "openssl", PeerRequired.Root);
        await using Squid proxy = await Squid.StartAsync(new SquidOptions { Users = Alice });
        await using StreamServer echo = StreamServer.Echo();
        await using var chain = HopProbe.Chain($"connect://alice:secret@127.0.0.1:{proxy.Port}");
        await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
        {
            await using var stream = await chain.DialAsync(new DialRequest(new TcpDestination("127.0.0.1", echo.Port)));
            byte[] sent = [(byte)i, 2, 3];
            await stream.WriteAsync(sent);
            byte[] back = new byte[3];
            await stream.ReadExactlyAsync(back);
            Assert.Equal(sent, back);
        }));
    }

    [Fact]
    public async Task TinyProxy_Carries_WithBasicAndWithout()
    {
        PeerRequired.Installed("tinyproxy", "setpriv");
        await using TinyProxy open = await TinyProxy.StartAsync();
        await using TinyProxy closed = await TinyProxy.StartAsync("alice", "secret");
        await using StreamServer echo = StreamServer.Echo();
        await using StreamServer echo6 = StreamServer.Echo(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        await HopProbe.AssertEchoAsync("localhost", echo.Port, $"connect://127.0.0.1:{open.Port}");
        await HopProbe.AssertEchoAsync("::1", echo6.Port, $"connect://[::1]:{open.Port}");
        await HopProbe.AssertEchoAsync("127.0.0.1", echo.Port, $"connect://alice:secret@127.0.0.1:{closed.Port}");
        await HopProbe.FailAsync(TunnelError.AuthenticationFailed, "127.0.0.1", echo.Port, $"connect://alice:wrong@127.0.0.1:{closed.Port}");
    }

    [Fact]
    public async Task Ncat_Carries_WithCredentialsAndWithout()
    {
        PeerRequired.Installed("ncat", "setpriv");
        await using NcatProxy open = await NcatProxy.StartAsync();
        await using NcatProxy closed = await NcatProxy.StartAsync("alice:secret");
        await using StreamServer echo = StreamServer.Echo();
        await HopProbe.AssertEchoAsync("127.0.0.1", echo.Port, $"connect://127.0.0.1:{open.Port}");
        await HopProbe.AssertEchoAsync("127.0.0.1", echo.Port, $"connect://alice:secret@127.0.0.1:{closed.Port}");
        await HopProbe.FailAsync(TunnelError.AuthenticationFailed, "127.0.0.1", echo.Port, $"connect://alice:wrong@127.0.0.1:{closed.Port}");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Basic")]
    [InlineData("Digest")]
    public async Task Apache_Carries_WithHalfClose(string? authentication)
    {
        PeerRequired.Installed("apache2", "setpriv", "openssl", PeerRequired.Root);
        await using Apache proxy = await Apache.StartAsync(authentication);
        await using StreamServer echo = StreamServer.Echo();
        await using StreamServer sink = StreamServer.Sink();
        string hop = $"connect://{(authentication is null ? "" : "alice:secret@")}127.0.0.1:{proxy.Port}";
        await HopProbe.AssertEchoAsync("127.0.0.1", echo.Port, hop);
        await HopProbe.AssertHalfCloseAsync("127.0.0.1", sink.Port, hop);
        if (authentication is not null) await HopProbe.FailAsync(TunnelError.AuthenticationFailed, "127.0.0.1", echo.Port, $"connect://alice:wrong@127.0.0.1:{proxy.Port}");
    }

    [Fact]
    public async Task WhatFailed_IsToldApart_InTheProxysWords()
    {
        PeerRequired.Installed("squid", "tinyproxy", "apache2", "dnsmasq", "setpriv", PeerRequired.Root);
        await using Dnsmasq dns = await Dnsmasq.StartAsync(new Dictionary<string, string> { ["some.test"] = "127.0.0.1" });
        int forbidden = Ports.Free();
        int nobody = Ports.Free();
        await using Squid squid = await Squid.StartAsync(new SquidOptions { Config = ["dns_nameservers 127.0.0.1", $"acl forbidden port {forbidden}", "http_access deny forbidden"] });
        await using TinyProxy tiny = await TinyProxy.StartAsync(config: ["ConnectPort 443"]);
        await using Apache apache = await Apache.StartAsync();
        string viaSquid = $"connect://127.0.0.1:{squid.Port}";

        TunnelException e = await HopProbe.FailAsync(TunnelError.PermissionDenied, "127.0.0.1", forbidden, viaSquid);
        Assert.Contains("403 Forbidden, ERR_ACCESS_DENIED", e.Message, StringComparison.Ordinal);
        e = await HopProbe.FailAsync(TunnelError.ConnectionRefused, "127.0.0.1", nobody, viaSquid);
        Assert.Contains("503 Service Unavailable, ERR_CONNECT_FAIL 111", e.Message, StringComparison.Ordinal);
        e = await HopProbe.FailAsync(TunnelError.PermissionDenied, "127.0.0.1", nobody, $"connect://127.0.0.1:{tiny.Port}");
        Assert.Contains("403", e.Message, StringComparison.Ordinal);
        await HopProbe.FailAsync(TunnelError.NameNotResolvedAtPeer, "no-such-host.invalid", 80, $"connect://127.0.0.1:{apache.Port}");
        e = await HopProbe.FailAsync(TunnelError.RefusedByHop, "127.0.0.1", nobody, $"connect://127.0.0.1:{apache.Port}");
        Assert.Contains("503 Service Unavailable", e.Message, StringComparison.Ordinal);
        await HopProbe.FailAsync(TunnelError.HopUnreachable, "127.0.0.1", 80, $"connect://127.0.0.1:{nobody}");
    }
}
