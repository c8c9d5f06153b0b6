using System.Net;
using Adit.Core;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Hops;

/// <summary>socks hops through microsocks, dante and OpenSSH's -D.</summary>
public sealed class SocksHopTests
{
    [Theory]
    [InlineData("socks5", "127.0.0.1")]
    [InlineData("socks5h", "localhost")]
    [InlineData("socks5", "localhost")]
    [InlineData("socks5", "::1")]
    public async Task MicroSocks_Carries(string scheme, string host)
    {
        PeerRequired.Installed("microsocks", "setpriv");
        await using MicroSocks proxy = await MicroSocks.StartAsync();
        await using StreamServer echo = Echo(host);
        await HopProbe.AssertEchoAsync(host, echo.Port, $"{scheme}://127.0.0.1:{proxy.Port}");
    }

    [Fact]
    public async Task MicroSocks_AsksForCredentials()
    {
        PeerRequired.Installed("microsocks", "setpriv");
        await using MicroSocks proxy = await MicroSocks.StartAsync("alice", "secret", "::1");
        await using StreamServer echo = StreamServer.Echo();
        using PeerFolder folder = new("auth");
        string file = folder.Write("auth", "alice:secret\n");
        await HopProbe.AssertEchoAsync("127.0.0.1", echo.Port, $"socks5h://alice:secret@[::1]:{proxy.Port}");
        await HopProbe.AssertEchoAsync("127.0.0.1", echo.Port, $"socks5h://[::1]:{proxy.Port}?auth={file}");
        await HopProbe.FailAsync(TunnelError.AuthenticationFailed, "127.0.0.1", echo.Port, $"socks5h://alice:wrong@[::1]:{proxy.Port}");
        await HopProbe.FailAsync(TunnelError.AuthenticationFailed, "127.0.0.1", echo.Port, $"socks5h://[::1]:{proxy.Port}");

        Environment.SetEnvironmentVariable("ADIT_TEST_SOCKS", "alice:secret");
        await HopProbe.AssertEchoAsync("127.0.0.1", echo.Port, $"socks5h://[::1]:{proxy.Port}?auth=env:ADIT_TEST_SOCKS");
    }

    [Theory]
    [InlineData("socks4", "127.0.0.1")]
    [InlineData("socks4", "localhost")]
    [InlineData("socks4a", "127.0.0.1")]
    [InlineData("socks5", "localhost")]
    [InlineData("socks5h", "localhost")]
    [InlineData("socks5h", "::1")]
    public async Task Dante_Carries_WithHalfClose(string scheme, string host)
    {
        PeerRequired.Installed("danted", "setpriv", PeerRequired.Root);
        await using Dante proxy = await Dante.StartAsync();
        await using StreamServer echo = Echo(host);
        await using StreamServer sink = StreamServer.Sink(new IPEndPoint(host == "::1" ? IPAddress.IPv6Loopback : IPAddress.Loopback, 0));
        await HopProbe.AssertEchoAsync(host, echo.Port, $"{scheme}://127.0.0.1:{proxy.Port}");
        await HopProbe.AssertHalfCloseAsync(host, sink.Port, $"{scheme}://[::1]:{proxy.Port}");
    }

    [Fact]
    public async Task Dante_AsksForCredentials()
    {
        PeerRequired.Installed("danted", "setpriv", "useradd", PeerRequired.Root);
        await using TestUser user = await TestUser.CreateAsync("secret");
        await using Dante proxy = await Dante.StartAsync("username");
        await using StreamServer echo = StreamServer.Echo();
        await HopProbe.AssertEchoAsync("127.0.0.1", echo.Port, $"socks5h://{user.Name}:secret@127.0.0.1:{proxy.Port}");
        await HopProbe.FailAsync(TunnelError.AuthenticationFailed, "127.0.0.1", echo.Port, $"socks5h://{user.Name}:wrong@127.0.0.1:{proxy.Port}");
        await HopProbe.FailAsync(TunnelError.AuthenticationFailed, "127.0.0.1", echo.Port, $"socks5h://127.0.0.1:{proxy.Port}");
    }

    [Theory]
    [InlineData("socks4a")]
    [InlineData("socks5h")]
    public async Task OpenSsh_Carries_WithHalfClose(string scheme)
    {
        PeerRequired.Installed("sshd", "ssh", "ssh-keygen", "setpriv");
        using PeerFolder folder = new("dynamic");
        SshKeyFile identity = await SshKeyFile.GenerateAsync(folder, "identity");
        await using OpenSshServer server = await OpenSshServer.StartAsync(new OpenSshServerOptions { AuthorizedKeys = [identity.PublicLine] });
        using OpenSshClient client = new(server.Target, identity);
        int port = Ports.Free();
        await using PeerProcess dynamic = await client.StartForwardingAsync("-D", $"127.0.0.1:{port}");
        await using StreamServer sink = StreamServer.Sink();
        await HopProbe.AssertHalfCloseAsync("localhost", sink.Port, $"{scheme}://127.0.0.1:{port}");
    }

    [Fact]
    public async Task WhatFailed_IsToldApart()
    {
        PeerRequired.Installed("danted", "microsocks", "setpriv", PeerRequired.Root);
        await using Dante dante = await Dante.StartAsync(rules: ["socks block { from: 0/0 to: 127.0.0.1/32 port = 9 }"]);
        await using MicroSocks micro = await MicroSocks.StartAsync();
        int nobody = Ports.Free();
        string viaDante = $"socks5h://127.0.0.1:{dante.Port}";
        string viaMicro = $"socks5h://127.0.0.1:{micro.Port}";

        TunnelException e = await HopProbe.FailAsync(TunnelError.HopUnreachable, "127.0.0.1", 1, $"socks5h://127.0.0.1:{nobody}");
        Assert.Equal(TunnelError.ConnectionRefused, Assert.IsType<TunnelException>(e.InnerException).Error);
        e = await HopProbe.FailAsync(TunnelError.HopUnreachable, "127.0.0.1", 1, viaDante, $"connect://127.0.0.1:{nobody}");
        Assert.Equal($"connect://127.0.0.1:{nobody}", e.Hop);
        e = await HopProbe.FailAsync(TunnelError.HopUnreachable, "127.0.0.1", 1, "socks5h://no-such-proxy.invalid:1080");
        Assert.Equal(TunnelError.NameNotResolved, Assert.IsType<TunnelException>(e.InnerException).Error);

        await HopProbe.FailAsync(TunnelError.ConnectionRefused, "127.0.0.1", nobody, viaDante);
        await HopProbe.FailAsync(TunnelError.ConnectionRefused, "127.0.0.1", nobody, viaMicro);
        await HopProbe.FailAsync(TunnelError.ConnectionRefused, "::1", nobody, viaDante);
        await HopProbe.FailAsync(TunnelError.PermissionDenied, "127.0.0.1", 9, viaDante);
        await HopProbe.FailAsync(TunnelError.NameNotResolved, "no-such-host.invalid", 80, viaDante.Replace("socks5h", "socks5"));
        await HopProbe.FailAsync(TunnelError.NameNotResolved, "no-such-host.invalid", 80, viaDante.Replace("socks5h", "socks4"));
        await HopProbe.FailAsync(TunnelError.NameNotResolvedAtPeer, "no-such-host.invalid", 80, viaDante);
        await HopProbe.FailAsync(TunnelError.NotSupported, "::1", 80, viaDante.Replace("socks5h", "socks4"));
    }

    [Fact]
    public async Task WhoIsNoProxy_IsToldApart()
    {
        await using StreamServer silent = StreamServer.Silent();
        await using StreamServer source = StreamServer.Source(100, 1);
        await HopProbe.FailAsync(TunnelError.TimedOut, "127.0.0.1", 80, $"socks5h://127.0.0.1:{silent.Port}?timeout=1");
        await HopProbe.FailAsync(TunnelError.TimedOut, "127.0.0.1", 80, $"connect://127.0.0.1:{silent.Port}?timeout=1");
        await HopProbe.FailAsync(TunnelError.TimedOut, "127.0.0.1", 80, $"connect+tls://127.0.0.1:{silent.Port}?timeout=1");
        await HopProbe.FailAsync(TunnelError.TimedOut, "127.0.0.1", 80, $"connect+upgrade://127.0.0.1:{silent.Port}?timeout=1");
        await HopProbe.FailAsync(TunnelError.ProtocolViolation, "127.0.0.1", 80, $"socks5h://127.0.0.1:{source.Port}");
        await HopProbe.FailAsync(TunnelError.ProtocolViolation, "127.0.0.1", 80, $"tls://127.0.0.1:{source.Port}");
    }

    private static StreamServer Echo(string host) => StreamServer.Echo(new IPEndPoint(host == "::1" ? IPAddress.IPv6Loopback : IPAddress.Loopback, 0));
}
