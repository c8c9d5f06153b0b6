using Adit.Core.Streams;
using Adit.Ssh.Channels;
using Adit.Ssh.Client;
using Adit.Ssh.Server;
using Adit.Ssh.Tests.Transport;
using Microsoft.Extensions.Logging;

namespace Adit.Ssh.Tests.Channels;

/// <summary>An authenticated client and server, joined in memory.</summary>
internal sealed class ConnectionPair : IAsyncDisposable
{
    private ConnectionPair(MemoryStreamPair streams, SshClient client, SshServerSession server, FakeService service)
    {
        Streams = streams;
        Client = client;
        Server = server;
        Service = service;
    }

    public MemoryStreamPair Streams { get; }

    public SshClient Client { get; }

    public SshServerSession Server { get; }

    /// <summary>What the server does.</summary>
    public FakeService Service { get; }

    public static async Task<ConnectionPair> ConnectAsync(
        SshClientOptions? client = null,
        SshServerOptions? server = null,
        MemoryStreamOptions? path = null,
        TimeProvider? time = null,
        FakeService? service = null,
        ILogger? logger = null)
    {
        var streams = new MemoryStreamPair(path);
        service ??= new FakeService();
        Task<SshServerSession> accepted = SshServerSession.AcceptAsync(streams.Second, server ?? TestPeers.ServerOptions, new TestPeers.OneKey(), _ => service, time: time, logger: logger);
        SshClient connected = await SshClient.ConnectAsync(streams.First, client ?? TestPeers.ClientOptions, time: time, logger: logger);
        return new ConnectionPair(streams, connected, await accepted, service);
    }

    public async Task<SshChannel> OpenAsync(string type) => await Client.Connection.OpenChannelAsync(type, default);

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
        Streams.Dispose();
    }
}
