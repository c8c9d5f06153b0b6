using Adit.Core.Streams;
using Adit.Platform.Processes;
using Adit.Ssh.Client;
using Adit.Ssh.Server;
using Adit.Ssh.Server.Forwarding;
using Adit.Ssh.Server.Sessions;
using Adit.Ssh.Tests.Server.Forwarding;
using Adit.Ssh.Tests.Transport;

namespace Adit.Ssh.Tests.Server.Sessions;

/// <summary>A client and a server that runs programs, joined in memory; the account has /bin/sh and a home folder of its own.</summary>
internal sealed class SessionPair : IAsyncDisposable
{
    private readonly MemoryStreamPair _streams;

    private SessionPair(MemoryStreamPair streams, SshClient client, SshServerSession server, string home)
    {
        _streams = streams;
        Client = client;
        Server = server;
        Home = home;
    }

    public SshClient Client { get; }

    public SshServerSession Server { get; }

    public string Home { get; }

    public static async Task<SessionPair> ConnectAsync(Func<SessionOptions, SessionOptions>? change = null)
    {
        string home = Directory.CreateTempSubdirectory("adit-home-").FullName;
        UserAccount account = UserAccount.Current! with { Home = home, Shell = "/bin/sh" };
        var options = new SessionOptions { Account = account, NoLoginFile = null, EnvironmentFile = null };
        var streams = new MemoryStreamPair();
        Task<SshServerSession> accepted = SshServerSession.AcceptAsync(
            streams.Second,
            TestPeers.ServerOptions,
            new TestPeers.OneKey(),
            session => new ForwardingService(
                session.Connection, new FakePolicy(), new ForwardingOptions { Sessions = new SessionService(session.Connection, change is null ? options : change(options)) }));
        SshClient client = await SshClient.ConnectAsync(streams.First, TestPeers.ClientOptions);
        return new SessionPair(streams, client, await accepted, home);
    }

    /// <summary>Runs a command to its end.</summary>
    public async Task<(string Output, string Error, SshExit Exit)> RunAsync(string command, string input = "")
    {
        await using SshSession session = await SshSession.OpenAsync(Client);
        await session.ExecuteAsync(command);
        return await FinishAsync(session, input);
    }

    public static async Task<(string Output, string Error, SshExit Exit)> FinishAsync(SshSession session, string input = "")
    {
        Task<string> error = ReadAsync(session.ReadStandardErrorAsync);
        Task<string> output = ReadAsync(session.Stream.ReadAsync);
        if (input.Length > 0) await session.Stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(input));
        await session.Stream.CompleteWritesAsync();
        return (await output, await error, await session.WaitAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
        _streams.Dispose();
        Directory.Delete(Home, recursive: true);
    }

    private static async Task<string> ReadAsync(Func<Memory<byte>, CancellationToken, ValueTask<int>> read)
    {
        using var all = new MemoryStream();
        byte[] buffer = new byte[32 * 1024];
        for (int count; (count = await read(buffer, default)) > 0;) all.Write(buffer, 0, count);
        return System.Text.Encoding.UTF8.GetString(all.ToArray());
    }
}
