using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Adit.Core;
using Adit.Gateway.State;
using Adit.Gateway.Status;
using Adit.TestKit.Peers;

namespace Adit.Gateway.Tests.Status;

public sealed class ControlSocketTests : IAsyncDisposable
{
    private readonly PeerFolder _folder = new("control");
    private readonly StateFolder _state;
    private readonly ControlSocket _socket;
    private int _asked;

    public ControlSocketTests()
    {
        _state = StateFolder.Open(_folder["state"]);
        _socket = ControlSocket.Open(_state, connections =>
        {
            _asked = connections;
            return new ProcessStatus { Pid = Environment.ProcessId, Command = "up", Sections = [new SectionStatus { Kind = "proxy", Up = 5 }] };
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _socket.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Status_ComesBack()
    {
        (IReadOnlyList<ProcessStatus> answers, IReadOnlyList<string> silent) = await ControlSockets.AskAllAsync(_state.RunFolder, 7, TestContext.Current.CancellationToken);
        Assert.Empty(silent);
        ProcessStatus status = Assert.Single(answers);
        Assert.Equal((Environment.ProcessId, "up", 5), (status.Pid, status.Command, status.Sections[0].Up));
        Assert.Equal(7, _asked);
    }

    [Fact]
    public void FolderAndSocket_AreTheAccountsAlone()
    {
        if (OperatingSystem.IsWindows()) return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_state.RunFolder));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_socket.Path));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"ask\":\"stop\"}")]
    [InlineData("nonsense")]
    [InlineData("")]
    public async Task OtherQuestion_IsToldWhatIsExpected(string question) =>
        Assert.StartsWith("request: expected a line", JsonDocument.Parse(await AskAsync(question + "\n")).RootElement.GetProperty("error").GetString());

    [Fact]
    public async Task MoreConnectionsThanThereMayBe_AreCut()
    {
        await AskAsync("{\"ask\":\"status\",\"connections\":2000000000}\n");
        Assert.Equal(ControlSocket.MostConnections, _asked);
    }

    [Fact]
    public async Task EndlessLine_IsCutOff() => Assert.Contains("error", await AskAsync(new string('a', ControlSocket.LongestRequest)), StringComparison.Ordinal);

    [Fact]
    public async Task ClientsThatSayNothing_KeepNobodyOutForLong()
    {
        Socket[] idle = [.. Enumerable.Range(0, ControlSocket.MostClients).Select(_ => Connect())];
        try
        {
            // The next one is turned away at once, and is served when the others' time is over.
            DateTime deadline = DateTime.UtcNow + ControlSocket.ClientTime + TimeSpan.FromSeconds(20);
            while (true)
            {
                if ((await AskAsync("{\"ask\":\"status\"}\n")).Contains("proxy", StringComparison.Ordinal)) return;
                Assert.True(DateTime.UtcNow < deadline);
            }
        }
        finally
        {
            foreach (Socket socket in idle) socket.Dispose();
        }
    }

    [Fact]
    public async Task SocketOfAProcessThatIsGone_IsRemoved()
    {
        string stale = Path.Combine(_state.RunFolder, $"{int.MaxValue}.sock");
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)) dead.Bind(new UnixDomainSocketEndPoint(stale));
        await File.WriteAllTextAsync(stale, "", TestContext.Current.CancellationToken); // .NET removes it when it is disposed
        Assert.Single((await ControlSockets.AskAllAsync(_state.RunFolder, 0, TestContext.Current.CancellationToken)).Answers);
        Assert.False(File.Exists(stale));
    }

    [Fact]
    public async Task Disposed_IsGone()
    {
        await _socket.DisposeAsync();
        Assert.False(File.Exists(_socket.Path));
        await Assert.ThrowsAsync<TunnelException>(() => ControlSockets.AskAsync(_socket.Path, 0, TestContext.Current.CancellationToken));
    }

    private Socket Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(_socket.Path));
        return socket;
    }

    private async Task<string> AskAsync(string question)
    {
        using Socket socket = Connect();
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream);
        try
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(question), TestContext.Current.CancellationToken);
            return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            return ""; // turned away
        }
    }
}
