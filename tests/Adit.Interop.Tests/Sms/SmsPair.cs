using System.Net;
using Adit.Carriers.Sms;
using Adit.Core.Lifeline;
using Adit.Ssh.Client;
using Adit.Ssh.Keys;
using Adit.Ssh.Server;
using Adit.Ssh.Server.Forwarding;
using Adit.Ssh.Transport;

namespace Adit.Interop.Tests.Sms;

/// <summary>A client and a gateway's end in this process, with SSH inside, over two links that a test chooses.</summary>
internal sealed class SmsPair : IAsyncDisposable
{
    private readonly LifelineAcceptor _acceptor;
    private readonly SmsListener _listener;
    private readonly LifelineClient _lifeline;
    private readonly SshServerSession _session;

    private SmsPair(LifelineAcceptor acceptor, SmsListener listener, LifelineClient lifeline, SshServerSession session, SshClient client) =>
        (_acceptor, _listener, _lifeline, _session, Client) = (acceptor, listener, lifeline, session, client);

    public SshClient Client { get; }

    public static async Task<SmsPair> OpenAsync(SmsCarrierOptions carrier, string gateway, Func<CancellationToken, Task<ISmsLink>> gatewayLink, Func<CancellationToken, Task<ISmsLink>> clientLink)
    {
        SshPrivateKey user = SshPrivateKey.Generate(SshKeyKind.Ed25519), hostKey = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        CarrierKey key = CarrierKey.Generate();
        var accepted = new TaskCompletionSource<LifelineStream>(TaskCreationOptions.RunContinuationsAsynchronously);
        var acceptor = new LifelineAcceptor(new LifelineServerOptions { Keys = [key] }, (stream, _) => accepted.TrySetResult(stream));
        var listener = new SmsListener(new SmsListenerOptions { Place = "gateway", Carrier = carrier }, gatewayLink, acceptor);
        await listener.StartAsync();
        var dialer = new SmsMailboxDialer("client", gateway, carrier, clientLink);
        LifelineClient lifeline = await LifelineClient.ConnectAsync(await dialer.OpenAsync(), key).WaitAsync(TimeSpan.FromSeconds(60));
        Task<SshClient> connecting = SshClient.ConnectAsync(
            lifeline.Stream, SlimProfile.Of(new SshClientOptions { Host = "gateway", User = "me", Identities = [user], HostKeys = new AnyHost() }));
        LifelineStream incoming = await accepted.Task.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(incoming.IsDear);
        SshServerSession session = await SshServerSession.AcceptAsync(
            incoming,
            SlimProfile.Of(new SshServerOptions { HostKeys = [hostKey] }, keepsKeyExchange: false),
            new AnyKey(),
            s => new ForwardingService(s.Connection, DefaultForwardingPolicy.Instance, new ForwardingOptions())).WaitAsync(TimeSpan.FromSeconds(120));
        return new SmsPair(acceptor, listener, lifeline, session, await connecting.WaitAsync(TimeSpan.FromSeconds(120)));
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await _session.DisposeAsync();
        await _lifeline.DisposeAsync();
        await _listener.DisposeAsync();
        await _acceptor.DisposeAsync();
    }

    private sealed class AnyHost : IHostKeyPolicy
    {
        public ValueTask VerifyAsync(string host, int port, SshPublicKey key, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public IReadOnlyList<string> KnownAlgorithms(string host, int port) => [];
    }

    private sealed class AnyKey : IUserKeyAuthority
    {
        public ValueTask<KeyPermissions?> FindAsync(string user, SshPublicKey key, IPEndPoint? source, CancellationToken cancellationToken) => ValueTask.FromResult<KeyPermissions?>(KeyPermissions.Unrestricted);
    }
}
