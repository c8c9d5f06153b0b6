using System.Net;
using Adit.Carriers.Mqtt;
using Adit.Carriers.Mqtt.Lab;
using Adit.Core;
using Adit.Core.Lifeline;
using Adit.Core.Mailboxes;
using Adit.Core.Streams;
using Adit.TestKit.Codecs;
using Adit.TestKit.Time;
using Adit.Wire.Mqtt;

namespace Adit.Carriers.Tests.Mqtt;

/// <summary>Brokers that behave badly, and peers that do.</summary>
public sealed class MqttListenerTests
{
    private readonly CarrierKey _key = CarrierKey.Generate();

    /// <summary>Each pause is longer than the one before, though each connection is granted.</summary>
    [Fact]
    public async Task BrokerThatEndsEachConnection_IsAskedLessAndLess()
    {
        var time = new VirtualTime();
        var broker = new ScriptedBroker(Octets.Of("20 03 00 00 00")) { Last = MqttPacketType.Subscribe };
        await using var acceptor = new LifelineAcceptor(new LifelineServerOptions { Keys = [_key] }, (_, _) => { });
        await using var listener = new MqttListener(Options(), acceptor, broker, null, time);
        await listener.StartAsync(TestContext.Current.CancellationToken);
        await UntilAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(50));
                return broker.Dials >= 8;
            },
            () => $"{broker.Dials} dials");
        Assert.True(time.Elapsed >= TimeSpan.FromSeconds(7.8), $"8 dials in {time.Elapsed}"); // 250 ms, half as long again each time
    }

    [Fact]
    public async Task BrokerThatReadsNoMore_DoesNotHoldTheEndUp()
    {
        var sent = new TaskCompletionSource<DuplexStream>();
        var broker = new ScriptedBroker(Octets.Of("20 03 00 00 00"), capacity: 48) { Last = MqttPacketType.Publish, Then = ForgeAsync };
        await using var acceptor = new LifelineAcceptor(new LifelineServerOptions { Keys = [_key] }, (_, _) => { });
        var listener = new MqttListener(Options() with { PresenceKeys = () => [_key] }, acceptor, broker);
        await listener.StartAsync(TestContext.Current.CancellationToken);
        // The record is put back, and stays in the pipe.
        DuplexStream stream = await sent.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        await ((IReadyStream)stream).WaitReadableAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        await listener.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);

        async Task ForgeAsync(DuplexStream stream)
        {
            byte[] packet = new byte[64];
            int head = new MqttPublish { Topic = "adit/gateway/p"u8 }.WriteHead(packet, MqttVersion.V5, 1);
            await stream.WriteAsync(packet.AsMemory(0, head + 1));
            sent.SetResult(stream);
        }
    }

    /// <summary>A broker cuts after one and a half times what it named.</summary>
    [Fact]
    public async Task KeepAliveOfTheBroker_IsKept()
    {
        var time = new VirtualTime();
        var broker = new ScriptedBroker(Octets.Of("20 06 00 00 03 13 00 02"));
        await using IMailbox mailbox = await new MqttMailboxDialer(Options(), broker, time).OpenAsync(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(2.9));
        await UntilAsync(() => broker.Packets.Contains(MqttPacketType.PingRequest), () => string.Join(' ', broker.Packets));
    }

    [Fact]
    public async Task BrokerThatTakesNextToNothing_IsRefused()
    {
        var broker = new ScriptedBroker(Octets.Of("20 08 00 00 05 27 00 00 02 00"));
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(async () => await new MqttMailboxDialer(Options(), broker).OpenAsync(TestContext.Current.CancellationToken));
        Assert.Equal(TunnelError.NotSupported, e.Error);
    }

    /// <summary>What is to be acknowledged costs the four octets of its acknowledgement, and nothing beside.</summary>
    [Fact]
    public async Task BrokerThatReadsNoMore_CostsNoMemory()
    {
        const int messages = 200_000;
        var broker = new ScriptedBroker(Octets.Of("20 03 00 00 00"), capacity: 8)
        {
            Last = MqttPacketType.Connect,
            Then = async stream =>
            {
                byte[] packet = Octets.Of("32 06 00 01 74 00 01 00"); // at QoS 1
                for (int i = 0; i < messages; i++) await stream.WriteAsync(packet);
            },
        };
        MqttConnection connection = await MqttConnection.OpenAsync(Options(), broker, null, null, TestContext.Current.CancellationToken);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int taken = 0; taken < messages;)
        {
            while (connection.TryNext(out _)) taken++;
            if (taken < messages) Assert.True(await connection.FillAsync(TestContext.Current.CancellationToken));
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 20_000_000); // the others' too, which run beside
        connection.Abort();
        await connection.DisposeAsync();
    }

    /// <summary>Two paths by one id: whoever came first keeps it, also once the other is gone.</summary>
    [Fact]
    public async Task IdThatSomebodyElseUsesToo_StaysWithWhoCameFirst()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await using LabBroker lab = LabBroker.Start(new LabBrokerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) });
        MqttBrokerOptions options = Options() with { Broker = new TcpDestination("127.0.0.1", lab.EndPoint.Port) };
        await using var acceptor = new LifelineAcceptor(new LifelineServerOptions { Keys = [_key] }, (stream, _) => Task.Run(() => EchoAsync(stream)));
        await using var listener = new MqttListener(options, acceptor);
        await listener.StartAsync(cancellationToken);
        await using LifelineClient first = await ConnectAsync();
        await ExchangeAsync(first);
        LifelineClient second = await ConnectAsync();
        await UntilAsync(() => acceptor.SessionCount == 2, () => $"{acceptor.SessionCount} sessions");
        await ExchangeAsync(first);
        await second.DisposeAsync();
        await UntilAsync(() => acceptor.SessionCount == 1, () => $"{acceptor.SessionCount} sessions");
        await ExchangeAsync(first);

        async Task<LifelineClient> ConnectAsync()
        {
            MqttConnection connection = await MqttConnection.OpenAsync(options, new SocketDialer(), null, null, cancellationToken);
            await MqttMailboxDialer.SubscribeAsync(connection, MqttTopics.Down(options.Prefix, 7), MqttQos.AtMostOnce, options, cancellationToken);
            return await LifelineClient.ConnectAsync(new MqttMailbox(options, connection, 7, TimeProvider.System), _key, cancellationToken: cancellationToken);
        }

        async Task ExchangeAsync(LifelineClient client)
        {
            byte[] got = new byte[5];
            await client.Stream.WriteAsync("hello"u8.ToArray(), cancellationToken);
            await client.Stream.ReadExactlyAsync(got, cancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(10), cancellationToken);
            Assert.Equal("hello"u8, got);
        }

        static async Task EchoAsync(LifelineStream stream)
        {
            byte[] room = new byte[1024];
            try
            {
                while (await stream.ReadAsync(room) is > 0 and var count) await stream.WriteAsync(room.AsMemory(0, count));
            }
            catch (TunnelException)
            {
                // It is gone.
            }

            await stream.DisposeAsync();
        }
    }

    private static MqttBrokerOptions Options() => new() { Name = "mqtt://broker", Broker = new TcpDestination("broker", 1883), Versions = [MqttVersion.V5] };

    private static async Task UntilAsync(Func<bool> condition, Func<string> what)
    {
        long deadline = Environment.TickCount64 + 30_000;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline, what());
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }
}
