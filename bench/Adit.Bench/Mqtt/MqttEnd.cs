using System.Net;
using Adit.Carriers.Mqtt;
using Adit.Core;
using Adit.Core.Lifeline;
using Adit.Core.Relay;
using Adit.Core.Streams;

namespace Adit.Bench.Mqtt;

/// <summary>One end of the carrier alone, a process of its own: TCP on the one side, a lifeline through the broker on the other. Ends when it is killed.</summary>
internal static class MqttEnd
{
    public static async Task RunAsync(string role, int broker, string secret, int port)
    {
        var options = new MqttBrokerOptions { Name = "mqtt", Broker = new TcpDestination("127.0.0.1", broker), Rate = 0 };
        var key = new CarrierKey(Convert.FromHexString(secret));
        if (role == "gateway")
        {
            var acceptor = new LifelineAcceptor(new LifelineServerOptions { Keys = [key] }, (stream, _) => Task.Run(() => ServeAsync(stream, port)));
            var listener = new MqttListener(options, acceptor);
            await listener.StartAsync();
            Console.WriteLine("ready");
            await Task.Delay(Timeout.Infinite);
        }

        await using IStreamListener sockets = await new SocketBinder().BindAsync(new TcpDestination("127.0.0.1", port));
        Console.WriteLine("ready");
        var dialer = new MqttMailboxDialer(options, new SocketDialer());
        while (await sockets.AcceptAsync() is { } incoming) _ = Task.Run(() => CarryAsync(incoming.Stream, dialer, key));
    }

    private static async Task ServeAsync(LifelineStream stream, int port)
    {
        await using DuplexStream target = await new SocketDialer().DialAsync(new DialRequest(new TcpDestination(IPAddress.Loopback.ToString(), port)));
        await StreamRelay.RunAsync(stream, target);
        await stream.DisposeAsync();
    }

    private static async Task CarryAsync(DuplexStream near, MqttMailboxDialer dialer, CarrierKey key)
    {
        await using LifelineClient lifeline = await LifelineClient.ConnectAsync(await dialer.OpenAsync(), key);
        await StreamRelay.RunAsync(near, lifeline.Stream);
        await near.DisposeAsync();
    }
}
