using Adit.Carriers.Mqtt;
using Adit.Core;
using Adit.Core.Lifeline;
using Adit.Core.Relay;
using Adit.Core.Streams;
using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Mqtt;

/// <summary>mosquitto, "adit serve", and "adit ssh" with the carrier between them: a port here leads through the broker to the gateway. A path that ends is followed by another.</summary>
internal sealed class SshOverMqtt : IAsyncDisposable
{
    private readonly CarrierKey _key = CarrierKey.Generate();
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<IAsyncDisposable> _owned = [];
    private AditGateway _gateway = null!;
    private IStreamListener _front = null!;

    public Mosquitto Broker { get; private set; } = null!;

    /// <summary>Paths that were made, over all sessions.</summary>
    public int Paths { get; private set; }

    public static async Task<SshOverMqtt> StartAsync(SshKeyFile identity, string address = "127.0.0.1")
    {
        var all = new SshOverMqtt();
        try
        {
            all.Broker = all.Own(await Mosquitto.StartAsync());
            all._gateway = all.Own(await AditGateway.StartAsync([identity.PublicLine], address: address));
            all.Own(new LifelineAcceptorOwner(all.AcceptAsync, all._key, LibraryTests.Options(all.Broker), out Task started));
            await started;
            all._front = all.Own(await new SocketBinder().BindAsync(new TcpDestination("127.0.0.1", 0)));
            _ = all.ListenAsync();
            return all;
        }
        catch
        {
            await all.DisposeAsync();
            throw;
        }
    }

    /// <summary>"adit ssh" to the gateway, through the broker.</summary>
    public OpenSshClient Client(SshKeyFile identity) => new(_gateway.Target with { Port = ((TcpDestination)_front.BoundAt).Port }, identity)
    {
        Program = AditProgram.ExecutablePath,
        Verb = ["ssh"],
        Environment = new Dictionary<string, string?> { ["ADIT_STATE"] = _gateway.Folder["client"], ["SSH_AUTH_SOCK"] = null },
    };

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        for (int i = _owned.Count - 1; i >= 0; i--) await _owned[i].DisposeAsync();
    }

    private async Task AcceptAsync(LifelineStream stream)
    {
        await using (stream)
        {
            await using DuplexStream target = await new SocketDialer().DialAsync(new DialRequest(new TcpDestination(_gateway.Target.Host, _gateway.Target.Port)));
            await StreamRelay.RunAsync(stream, target);
        }
    }

    private async Task ListenAsync()
    {
        while (await _front.AcceptAsync(_stopping.Token) is { } incoming) _ = CarryAsync(incoming.Stream);
    }

    private async Task CarryAsync(DuplexStream near)
    {
        await using (near)
        {
            var dialer = new MqttMailboxDialer(LibraryTests.Options(Broker), new SocketDialer());
            await using LifelineClient lifeline = await LifelineClient.ConnectAsync(await dialer.OpenAsync(), _key);
            Paths++;
            lifeline.Stream.PathEnded += (_, _) => _ = RedialAsync(lifeline, dialer);
            await StreamRelay.RunAsync(near, lifeline.Stream);
        }
    }

    private async Task RedialAsync(LifelineClient lifeline, MqttMailboxDialer dialer)
    {
        while (!lifeline.Stream.Ended.IsCompleted && !_stopping.IsCancellationRequested)
        {
            try
            {
                await lifeline.AddPathAsync(await dialer.OpenAsync(_stopping.Token));
                Paths++;
                return;
            }
            catch (TunnelException e) when (e.Error is TunnelError.Unreachable or TunnelError.ConnectionRefused or TunnelError.ConnectionLost or TunnelError.Reset)
            {
                await Task.Delay(100);
            }
        }
    }

    private T Own<T>(T what)
        where T : IAsyncDisposable
    {
        _owned.Add(what);
        return what;
    }

    private sealed class LifelineAcceptorOwner : IAsyncDisposable
    {
        private readonly LifelineAcceptor _acceptor;
        private readonly MqttListener _listener;

        public LifelineAcceptorOwner(Func<LifelineStream, Task> accepted, CarrierKey key, MqttBrokerOptions options, out Task started)
        {
            _acceptor = new LifelineAcceptor(new LifelineServerOptions { Keys = [key] }, (stream, _) => Task.Run(() => accepted(stream)));
            _listener = new MqttListener(options, _acceptor);
            started = _listener.StartAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await _listener.DisposeAsync();
            await _acceptor.DisposeAsync();
        }
    }
}
