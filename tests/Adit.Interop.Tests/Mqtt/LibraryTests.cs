using Adit.Carriers.Mqtt;
using Adit.Core;
using Adit.Core.Lifeline;
using Adit.Core.Streams;
using Adit.TestKit.Peers;
using Adit.Wire.Mqtt;

namespace Adit.Interop.Tests.Mqtt;

/// <summary>The carrier alone, both ends in this process, through mosquitto: versions, credentials, permissions, WebSocket, TLS, and what strangers publish.</summary>
public sealed class LibraryTests
{
    private const int Seed = 31;
    private const long Bulk = 8 << 20;

    [Theory]
    [InlineData(MqttVersion.V5)]
    [InlineData(MqttVersion.V311)]
    public async Task BothVersions_CarryBothWaysAtOnce(MqttVersion version)
    {
        Need();
        await using Mosquitto broker = await Mosquitto.StartAsync();
        MqttBrokerOptions options = Options(broker) with { Versions = [version] };
        await EchoAsync(options, options);
        Assert.Contains(version == MqttVersion.V5 ? " as adit" : "p2", broker.Log, StringComparison.Ordinal);
    }

    internal static void Need(params string[] programs) => PeerRequired.Installed([.. programs, "mosquitto", "mosquitto_pub", "mosquitto_sub", "setpriv"]);

    internal static MqttBrokerOptions Options(Mosquitto broker) =>
        new() { Name = $"mqtt://127.0.0.1:{broker.Port}/adit", Broker = new TcpDestination("127.0.0.1", broker.Port), Rate = 0 };

    /// <summary>Opens a lifeline and sends octets to and fro.</summary>
    internal static async Task EchoAsync(MqttBrokerOptions server, MqttBrokerOptions client, long length = Bulk)
    {
        CarrierKey key = CarrierKey.Generate();
        await using var acceptor = new LifelineAcceptor(new LifelineServerOptions { Keys = [key] }, (stream, _) => Task.Run(() => EchoAsync(stream)));
        await using var listener = new MqttListener(server, acceptor);
        await listener.StartAsync(TestContext.Current.CancellationToken);
        await using LifelineClient lifeline = await ConnectAsync(client, key);
        await AssertEchoAsync(lifeline.Stream, length);
    }

    internal static async Task<LifelineClient> ConnectAsync(MqttBrokerOptions options, CarrierKey key)
    {
        using var limit = new CancellationTokenSource(PeerProcess.Patience);
        return await LifelineClient.ConnectAsync(await new MqttMailboxDialer(options, new SocketDialer()).OpenAsync(limit.Token), key, cancellationToken: limit.Token);
    }

    internal static async Task AssertEchoAsync(DuplexStream stream, long length)
    {
        Task sending = Task.Run(async () =>
        {
            await StreamProbe.SendAsync(stream, length, Seed);
            await stream.CompleteWritesAsync();
        });
        Assert.Equal((SeededOctets.Digest(Seed, length), length), await StreamProbe.ReadToEndAsync(stream).WaitAsync(TimeSpan.FromSeconds(60)));
        await sending;
    }

    internal static async Task EchoAsync(LifelineStream stream)
    {
        await using (stream)
        {
            byte[] buffer = new byte[64 * 1024];
            while (await stream.ReadAsync(buffer) is > 0 and var count) await stream.WriteAsync(buffer.AsMemory(0, count));
            await stream.CompleteWritesAsync();
        }
    }
}
