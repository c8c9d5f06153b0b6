using System.Net;
using System.Net.Sockets;
using Adit.Core;
using Adit.Gateway.Composition;
using Adit.Gateway.Configuration;
using Adit.Gateway.Status;
using Adit.Ssh.Client;
using Adit.TestKit.Peers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Adit.Gateway.Tests.Composition;

public sealed class ServiceSetTests : IAsyncDisposable
{
    private readonly StreamServer _echo = StreamServer.Echo();
    private readonly PeerFolder _folder = new("services");
    private ServiceSet? _set;

    public async ValueTask DisposeAsync()
    {
        if (_set is not null) await _set.DisposeAsync();
        await _echo.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Reload_KeepsWhatDidNotChange()
    {
        int second = Ports.Free();
        await StartAsync(Forward("127.0.0.1:0") + Forward($"127.0.0.1:{second}"));
        await using NetworkStream open = await OpenAsync(0);

        ReloadResult result = await ReloadAsync(Forward("127.0.0.1:0") + Forward($"127.0.0.1:{second}", "[::1]"));

        Assert.Equal(new ReloadResult(Kept: 1, Stopped: 1, Started: 1), result);
        await AssertEchoAsync(open);
        Assert.Equal(1, Assert.Single(_set!.Status(10), s => s.Active == 1).Accepted);
        Assert.Equal(new ReloadResult(2, 0, 0), await ReloadAsync(Forward($"127.0.0.1:{second}", "[::1]") + Forward("127.0.0.1:0")));
        Assert.Equal($"127.0.0.1:{second}", _set.Listening[0]); // in the order of the file
        await AssertEchoAsync(open);
    }

    [Fact]
    public async Task Reload_EndsWhatIsGone()
    {
        await StartAsync(Forward("127.0.0.1:0") + Forward("127.0.0.1:0", "localhost"));
        await using NetworkStream open = await OpenAsync(0);
        string place = _set!.Listening[0];

        await ReloadAsync(Forward("127.0.0.1:0", "localhost"));

        await Assert.ThrowsAnyAsync<IOException>(async () => await open.ReadExactlyAsync(new byte[1], TestContext.Current.CancellationToken));
        await Assert.ThrowsAnyAsync<SocketException>(() => StreamProbe.ConnectAsync(IPEndPoint.Parse(place)));
    }

    [Fact]
    public async Task Reload_ThatCannotStart_ChangesNothing()
    {
        await StartAsync(Forward("127.0.0.1:0"));
        await using NetworkStream open = await OpenAsync(0);
        string[] listening = [.. _set!.Listening];

        var e = await Assert.ThrowsAsync<TunnelException>(() => ReloadAsync(Forward("127.0.0.1:0", "localhost") + Forward($"127.0.0.1:{_echo.Port}")));

        Assert.Equal(TunnelError.AddressInUse, e.Error);
        Assert.StartsWith($"forwards[1]: listen on 127.0.0.1:{_echo.Port}", e.Message);
        Assert.Equal(listening, _set.Listening);
        await AssertEchoAsync(open);
    }

    [Fact]
    public async Task Reload_ThatFailsInThePlaceOfAnother_BringsThatBack()
    {
        int port = Ports.Free();
        await StartAsync(Forward($"127.0.0.1:{port}"));

        var e = await Assert.ThrowsAsync<TunnelException>(() => ReloadAsync(Proxy($"127.0.0.1:{port}", "tls-certificate: /nowhere.pem")));

        Assert.StartsWith("proxies[0]:", e.Message);
        Assert.Equal([$"127.0.0.1:{port}"], _set!.Listening);
        await using NetworkStream again = await OpenAsync(0);
        await AssertEchoAsync(again);
    }

    [Fact]
    public async Task ChangedFile_IsAChangedSection()
    {
        string users = _folder.Write("users", "alice:one\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(users, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await StartAsync(Proxy("127.0.0.1:0", $"user: '@{users}'"));
        Assert.Equal(new ReloadResult(1, 0, 0), await ReloadAsync(Proxy("127.0.0.1:0", $"user: '@{users}'")));
        await File.WriteAllTextAsync(users, "alice:two, longer\n", TestContext.Current.CancellationToken);
        Assert.Equal(new ReloadResult(0, 1, 1), await ReloadAsync(Proxy("127.0.0.1:0", $"user: '@{users}'")));
    }

    [Fact]
    public async Task ChangedSecret_IsAChangedSection()
    {
        await StartAsync(Forward("127.0.0.1:0", via: "socks5://u:one@127.0.0.1:9"));
        Assert.Equal(new ReloadResult(1, 0, 0), await ReloadAsync(Forward("127.0.0.1:0", via: "socks5://u:one@127.0.0.1:9")));
        Assert.Equal(new ReloadResult(0, 1, 1), await ReloadAsync(Forward("127.0.0.1:0", via: "socks5://u:two@127.0.0.1:9")));
    }

    [Theory]
    [InlineData("proxies: [{listen: '127.0.0.1:0', user: ['a:***']}]", "proxies[0].user: a:***: expected a password, got the ***")]
    [InlineData("proxies: [{listen: '127.0.0.1:0', via: ['socks5://u:***@h']}]", "proxies[0].via: socks5://u:***@h: expected a password, got the ***")]
    public async Task HiddenPassword_IsNotTakenForOne(string text, string why) =>
        Assert.StartsWith(why, (await Assert.ThrowsAsync<TunnelException>(() => StartAsync(text))).Message);

    [Fact]
    public async Task Status_CountsAndNamesTheHopThatFailed()
    {
        int nobody = Ports.Free();
        await StartAsync(Forward("127.0.0.1:0", via: $"socks5://u:secret@127.0.0.1:{nobody}, ssh://me@127.0.0.2") + Proxy("127.0.0.1:0", "deny: '*'"));
        // The reset may come before connect() has told of its success.
        Exception? refusal = await Record.ExceptionAsync(async () =>
        {
            await using NetworkStream refused = await OpenAsync(0);
            await refused.ReadExactlyAsync(new byte[1], TestContext.Current.CancellationToken);
        });
        Assert.True(refusal is IOException or SocketException, refusal?.ToString());
        await using NetworkStream proxied = await OpenAsync(1);
        await proxied.WriteAsync("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await proxied.ReadExactlyAsync(new byte[12], TestContext.Current.CancellationToken);

        SectionStatus forward = _set!.Status(10)[0];
        SectionStatus proxy = _set.Status(10)[1];

        Assert.Equal((1, 1), (forward.Accepted, forward.Failed));
        Assert.Equal(["failed", "idle"], forward.Hops.Select(h => h.State));
        Assert.StartsWith("proxy unreachable:", forward.Hops[0].Problem);
        Assert.DoesNotContain("secret", System.Text.Json.JsonSerializer.Serialize(forward), StringComparison.Ordinal);
        Assert.Equal((1, 1), (proxy.Accepted, proxy.Refused));
    }

    private string Forward(string listen, string target = "127.0.0.1", string via = "") =>
        $"  - {{listen: {listen}, target: '{target}:{_echo.Port}', via: [{via}]}}\n";

    private static string Proxy(string listen, string more) => $"proxies:\n  - {{listen: {listen}, {more}}}\n";

    private async Task StartAsync(string sections)
    {
        var options = new ServiceSetOptions { Dialogue = new Nobody(), Loggers = NullLoggerFactory.Instance };
        _set = await ServiceSet.StartAsync(Parse(sections), options, TestContext.Current.CancellationToken);
    }

    private Task<ReloadResult> ReloadAsync(string sections) => _set!.ReloadAsync(Parse(sections), TestContext.Current.CancellationToken);

    private static AditConfiguration Parse(string sections)
    {
        (AditConfiguration configuration, IReadOnlyList<ConfigurationProblem> problems) = ConfigurationFile.Parse(sections.StartsWith("proxies", StringComparison.Ordinal) ? sections : "forwards:\n" + sections, "test");
        Assert.Empty(problems);
        return configuration;
    }

    private Task<NetworkStream> OpenAsync(int index) => StreamProbe.ConnectAsync(IPEndPoint.Parse(_set!.Listening[index]));

    private static async Task AssertEchoAsync(NetworkStream stream)
    {
        byte[] back = new byte[4];
        await stream.WriteAsync("ping"u8.ToArray(), TestContext.Current.CancellationToken);
        await stream.ReadExactlyAsync(back, TestContext.Current.CancellationToken);
        Assert.Equal("ping"u8.ToArray(), back);
    }

    private sealed class Nobody : IUserDialogue
    {
        public ValueTask<string?> AskAsync(string question, bool isSecret, CancellationToken cancellationToken = default) => new((string?)null);

        public void Tell(string text)
        {
        }
    }
}
