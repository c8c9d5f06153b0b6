using Adit.Core.Streams;
using Adit.Ssh.Client;
using Adit.Ssh.Server;
using Adit.Ssh.Server.Forwarding;
using Adit.Ssh.Tests.Transport;

namespace Adit.Ssh.Tests.Server.Forwarding;

/// <summary>A client and a forwarding server, joined in memory.</summary>
internal sealed class ForwardingPair : IAsyncDisposable
{
    private readonly MemoryStreamPair _streams;

    private ForwardingPair(MemoryStreamPair streams, SshClient client, SshServerSession server, ForwardingService service)
    {
        _streams = streams;
        Client = client;
        Server = server;
        Service = service;
    }

    public SshClient Client { get; }

    public SshServerSession Server { get; }

    public ForwardingService Service { get; }

    public static async Task<ForwardingPair> ConnectAsync(IForwardingPolicy policy, ForwardingOptions? options = null)
    {
        var streams = new MemoryStreamPair();
        ForwardingService? service = null;
        Task<SshServerSession> accepted = SshServerSession.AcceptAsync(
            streams.Second, TestPeers.ServerOptions, new TestPeers.OneKey(), session => service = new ForwardingService(session.Connection, policy, options));
        SshClient client = await SshClient.ConnectAsync(streams.First, TestPeers.ClientOptions);
        return new ForwardingPair(streams, client, await accepted, service!);
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
        await Service.DisposeAsync();
        _streams.Dispose();
    }
}
