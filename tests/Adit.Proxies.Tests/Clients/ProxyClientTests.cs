using System.Text;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Proxies.Clients;
using Adit.Wire.HttpProxy;
using Adit.Wire.Socks;

namespace Adit.Proxies.Tests.Clients;

public sealed class ProxyClientTests
{
    private const int Patience = 60_000;

    private static readonly TcpDestination Target = new("target.example", 22);

    private static CancellationToken Over => TestContext.Current.CancellationToken;

    [Theory(Timeout = Patience)]
    [InlineData("socks5h", "\u0005\u0000", "\u0005\u0000\u0000\u0001\u0000\u0000\u0000\u0000\u0000\u0000SSH-2.0-early\r\n")]
    [InlineData("socks4a", "", "\u0000Z\u0000\u0000\u0000\u0000\u0000\u0000SSH-2.0-early\r\n")]
    [InlineData("connect", "", "HTTP/1.1 200 OK\r\n\r\nSSH-2.0-early\r\n")]
    public async Task WhatComesRightBehindTheReply_IsNotLost(string kind, string first, string second)
    {
        var dialer = new ScriptDialer(async stream =>
        {
            byte[] buffer = new byte[1000];
            Assert.NotEqual(0, await stream.ReadAsync(buffer, Over));
            if (first.Length > 0)
            {
                await stream.WriteAsync(Encoding.Latin1.GetBytes(first), Over);
                Assert.NotEqual(0, await stream.ReadAsync(buffer, Over));
            }

            await stream.WriteAsync(Encoding.Latin1.GetBytes(second), Over);
            await stream.CopyToAsync(stream, Over);
            await stream.CompleteWritesAsync(Over);
        });
        await using DuplexStream stream = await Client(kind, dialer).DialAsync(new DialRequest(Target), Over);
        await stream.WriteAsync("mine"u8.ToArray(), Over);
        await stream.CompleteWritesAsync(Over);
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, Over);
        Assert.Equal("SSH-2.0-early\r\nmine", Encoding.Latin1.GetString(all.ToArray()));
    }

    [Theory(Timeout = Patience)]
    [InlineData("socks5h")]
    [InlineData("connect")]
    public async Task ProxyThatEnds_IsToldApart(string kind)
    {
        var ends = new ScriptDialer(stream =>
        {
            stream.Dispose();
            return Task.CompletedTask;
        });
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(async () => await Client(kind, ends).DialAsync(new DialRequest(Target), Over));
        Assert.Equal("hop", e.Hop);
        Assert.True(e.Error is TunnelError.ConnectionLost or TunnelError.RefusedByHop, e.ToString());
    }

    [Theory(Timeout = Patience)]
    [InlineData("socks5h")]
    [InlineData("connect")]
    public async Task ProxyThatIsNotReached_AndOneThatIsSilent_AreToldApart(string kind)
    {
        var never = new NeverDialer();
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(async () => await Client(kind, never, TimeSpan.FromMilliseconds(50)).DialAsync(new DialRequest(Target), Over));
        Assert.Equal(TunnelError.HopUnreachable, e.Error);
        var silent = new ScriptDialer(_ => Task.CompletedTask);
        e = await Assert.ThrowsAsync<TunnelException>(async () => await Client(kind, silent, TimeSpan.FromMilliseconds(50)).DialAsync(new DialRequest(Target), Over));
        Assert.Equal(TunnelError.TimedOut, e.Error);
        using var gaveUp = new CancellationTokenSource();
        ValueTask<DuplexStream> dialling = Client(kind, silent).DialAsync(new DialRequest(Target), gaveUp.Token);
        await gaveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await dialling);
    }

    [Fact(Timeout = Patience)]
    public async Task ChallengeOnAConnectionThatEnds_IsAnsweredOnANewOne()
    {
        int connections = 0;
        var dialer = new ScriptDialer(async stream =>
        {
            byte[] buffer = new byte[1000];
            int count = await stream.ReadAsync(buffer, Over);
            bool isAuthorized = Encoding.Latin1.GetString(buffer, 0, count).Contains("Proxy-Authorization: Basic dTpw", StringComparison.Ordinal);
            connections++;
            await stream.WriteAsync(Encoding.Latin1.GetBytes(isAuthorized ? "HTTP/1.1 200 OK\r\n\r\n" : "HTTP/1.0 407 No\r\nProxy-Authenticate: Basic\r\n\r\nno"), Over);
            await stream.CompleteWritesAsync(Over);
        });
        ProxyClient client = Client("connect", dialer, credentials: new ProxyCredentials("u", "p"));
        for (int i = 0; i < 3; i++) await (await client.DialAsync(new DialRequest(Target), Over)).DisposeAsync();
        Assert.Equal(4, connections);
    }

    [Theory(Timeout = Patience)]
    [InlineData(TunnelError.ConnectionRefused, TunnelError.HopUnreachable, "hop")]
    [InlineData(TunnelError.NameNotResolvedAtPeer, TunnelError.HopUnreachable, "hop")]
    [InlineData(TunnelError.AuthenticationFailed, TunnelError.AuthenticationFailed, "earlier")]
    [InlineData(TunnelError.HopUnreachable, TunnelError.HopUnreachable, "earlier")]
    [InlineData(TunnelError.PermissionDenied, TunnelError.PermissionDenied, "earlier")]
    public async Task WhatAnEarlierHopSays_IsSaidOfTheRightOne(TunnelError said, TunnelError error, string hop)
    {
        var earlier = new ScriptDialer(_ => throw new TunnelException(said, "earlier: so it is", "earlier"));
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(async () => await Client("connect", earlier).DialAsync(new DialRequest(Target), Over));
        Assert.Equal((error, hop), (e.Error, e.Hop));
    }

    [Fact]
    public void CredentialsThatCannotBeTold_AreRefusedAtOnce()
    {
        var nobody = new NeverDialer();
        Assert.Equal(TunnelError.BadConfiguration, Assert.Throws<TunnelException>(() => Client("connect", nobody, credentials: new ProxyCredentials("a:b", "p"))).Error);
        Assert.Equal(TunnelError.BadConfiguration, Assert.Throws<TunnelException>(() => Client("socks5h", nobody, credentials: new ProxyCredentials("a", ""))).Error);
        Assert.Equal(TunnelError.BadConfiguration, Assert.Throws<TunnelException>(() => Client("socks5h", nobody, credentials: new ProxyCredentials(new string('a', 256), "p"))).Error);
    }

    private static ProxyClient Client(string kind, IStreamDialer previous, TimeSpan? timeout = null, ProxyCredentials? credentials = null)
    {
        var options = new ProxyClientOptions { Name = "hop", Proxy = new TcpDestination("proxy", 1080), Timeout = timeout ?? TimeSpan.FromSeconds(60), Credentials = credentials };
        return kind switch
        {
            "socks4a" => new SocksClient(SocksVersion.Socks4a, resolvesHere: false, options, previous),
            "socks5h" => new SocksClient(SocksVersion.Socks5, resolvesHere: false, options, previous),
            _ => new ConnectClient(ConnectSecurity.None, options, null, previous),
        };
    }

    /// <summary>Each stream's far end does as it is told.</summary>
    private sealed class ScriptDialer(Func<DuplexStream, Task> script) : IStreamDialer
    {
        public ValueTask<DuplexStream> DialAsync(DialRequest request, CancellationToken cancellationToken = default)
        {
            Assert.Equal(new TcpDestination("proxy", 1080), request.To);
            var pair = new MemoryStreamPair();
            _ = script(pair.Second);
            return new(pair.First);
        }
    }

    private sealed class NeverDialer : IStreamDialer
    {
        public async ValueTask<DuplexStream> DialAsync(DialRequest request, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException();
        }
    }
}
