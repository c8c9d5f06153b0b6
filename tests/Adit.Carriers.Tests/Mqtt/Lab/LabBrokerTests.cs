using System.Net;
using System.Net.Sockets;
using Adit.Carriers.Mqtt;
using Adit.Carriers.Mqtt.Lab;
using Adit.Core;
using Adit.Core.Lifeline;
using Adit.Core.Streams;
using Adit.TestKit.Codecs;
using Adit.TestKit.Time;
using Adit.Wire.Mqtt;

namespace Adit.Carriers.Tests.Mqtt.Lab;

/// <summary>The laboratory's broker: with our carrier at both ends, and against packets written by hand.</summary>
public sealed class LabBrokerTests
{
    private const string Connect5 = "10 0e 0004 'MQTT' 05 02 0000 00 0001 'a'", Connack5 = "20 11 00 00 0e 11 00000000 24 01 27 00020000 2a 00", Connect311 = "10 0d 0004 'MQTT' 04 02 0000 0001 'b'", Connack311 = "20 02 00 00";

    [Theory]
    [InlineData(MqttVersion.V5)]
    [InlineData(MqttVersion.V311)]
    public async Task Carrier_BothWaysAtOnce_ByteExact(MqttVersion version)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await using LabBroker broker = Start();
        var options = new MqttBrokerOptions { Name = "mqtt://lab", Broker = new TcpDestination("127.0.0.1", broker.EndPoint.Port), Versions = [version], Rate = 0 };
        CarrierKey key = CarrierKey.Generate();
        var accepted = new TaskCompletionSource<LifelineStream>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var acceptor = new LifelineAcceptor(new LifelineServerOptions { Keys = [key] }, (stream, _) => accepted.SetResult(stream));
        await using var listener = new MqttListener(options, acceptor);
        await listener.StartAsync(cancellationToken);
        await using LifelineClient client = await LifelineClient.ConnectAsync(await new MqttMailboxDialer(options, new SocketDialer()).OpenAsync(cancellationToken), key, cancellationToken: cancellationToken);
        LifelineStream server = await accepted.Task.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);

        byte[] up = new byte[2 << 20], down = new byte[2 << 20];
        new Random(1).NextBytes(up);
        new Random(2).NextBytes(down);
        Task sending = Task.WhenAll(client.Stream.WriteAsync(up, cancellationToken).AsTask(), server.WriteAsync(down, cancellationToken).AsTask());
        byte[][] got = await Task.WhenAll(ReadAsync(server, up.Length), ReadAsync(client.Stream, down.Length)).WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
        await sending;
        Assert.Equal(up, got[0]);
        Assert.Equal(down, got[1]);
        Assert.Equal((2, 0), (broker.ClientCount, broker.Dropped));
    }

    [Fact]
    public async Task AbsentGateway_IsToldAtOnce_ByPuback()
    {
        await using LabBroker broker = Start();
        var options = new MqttBrokerOptions { Name = "mqtt://lab", Broker = new TcpDestination("127.0.0.1", broker.EndPoint.Port) };
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(async () => await LifelineClient.ConnectAsync(await new MqttMailboxDialer(options, new SocketDialer()).OpenAsync(), CarrierKey.Generate()));
        Assert.Equal(TunnelError.Unreachable, e.Error);
    }

    [Fact]
    public async Task Messages_GoToWhoWantsThem_InTheirVersion_AndAtTheLesserQos()
    {
        await using LabBroker broker = Start();
        using Raw a = await Raw.OpenAsync(broker, Connect5, Connack5), b = await Raw.OpenAsync(broker, Connect311, Connack311);
        await a.AskAsync("82 0f 0001 00 0003 't/+' 01 0003 '#/x' 00", "90 05 0001 00 01 8f"); // the second is no filter
        await b.AskAsync("82 0c 0007 0003 't/1' 00 0001 '#' 01", "90 04 0007 00 01");
        await a.AskAsync("32 0b 0003 't/1' 0005 03 02 'x' 00", ""); // malformed: message expiry of one octet
        await a.EndsAsync("e0 01 81");
        using Raw c = await Raw.OpenAsync(broker, Connect5, Connack5);
        await c.AskAsync("82 09 0001 00 0003 't/+' 01", "90 04 0001 00 01");
        await c.AskAsync("32 0a 0003 't/1' 0005 00 'hi'", "32 0a 0003 't/1' 0001 00 'hi' 40 02 0005"); // its own comes back too
        await b.ExpectAsync("32 09 0003 't/1' 0001 'hi'"); // once, at the better of two
        await c.AskAsync("40 02 0001 30 08 0003 't/2' 00 'yo'", "30 08 0003 't/2' 00 'yo'");
        await b.ExpectAsync("30 07 0003 't/2' 'yo'");
        await c.AskAsync("a2 0d 0009 00 0003 't/+' 0003 't/x'", "b0 05 0009 00 00 11");
        await c.AskAsync("82 0c 000a 00 0006 'lo/cal' 05", "90 04 000a 00 01"); // No Local
        await b.AskAsync("a2 0a 000b 0003 't/1' 0001 '#'", "b0 02 000b");
        await c.AskAsync("32 0d 0006 'lo/cal' 0006 00 'hi'", "40 03 0006 10"); // no matching subscribers
        await c.AskAsync("c0 00", "d0 00");
        await b.AskAsync("32 09 0003 't/1' 0006 'hi'", "40 02 0006");
    }

    [Fact]
    public async Task RetainedMessages_ComeToWhoSubscribesLater_UntilTheyAreCleared()
    {
        await using LabBroker broker = Start();
        using Raw a = await Raw.OpenAsync(broker, Connect5, Connack5), b = await Raw.OpenAsync(broker, Connect311, Connack311);
        await a.AskAsync("33 0b 0003 't/1' 0001 00 'one' c0 00", "40 03 0001 10 d0 00");
        await b.AskAsync("82 08 0001 0003 't/+' 00", "90 03 0001 00 31 08 0003 't/1' 'one'");
        await a.AskAsync("82 09 0002 00 0003 't/1' 20", "90 04 0002 00 00"); // Retain Handling 2
        await a.AskAsync("82 09 0003 00 0003 't/1' 10", "90 04 0003 00 00"); // Retain Handling 1, not new
        await a.AskAsync("31 06 0003 't/1' 00 c0 00", "30 06 0003 't/1' 00 d0 00");
        await b.ExpectAsync("30 05 0003 't/1'");
        await b.AskAsync("82 08 0004 0003 't/+' 00 c0 00", "90 03 0004 00 d0 00");
    }

    [Theory]
    [InlineData("", true)] // it just goes
    [InlineData("e0 01 04", true)] // §3.14.2.1: Disconnect with Will Message
    [InlineData("d0 00", true)] // it breaks the protocol
    [InlineData("e0 00", false)]
    public async Task Will_IsPublished_UnlessItsClientSaysGoodbye(string last, bool isPublished)
    {
        await using LabBroker broker = Start();
        using Raw heir = await Raw.OpenAsync(broker, Connect311, Connack311);
        await heir.AskAsync("82 09 0001 0004 'will' 00", "90 03 0001 00");
        using (Raw testator = await Raw.OpenAsync(broker, "10 19 0004 'MQTT' 05 06 0000 00 0001 'a' 00 0004 'will' 0002 'by'", Connack5)) await testator.AskAsync(last, "");
        await UntilAsync(() => broker.ClientCount == 1);
        if (isPublished) await heir.ExpectAsync("30 08 0004 'will' 'by'");
        await heir.AskAsync("c0 00", "d0 00");
    }

    [Fact]
    public async Task SameIdentifier_TakesOver()
    {
        await using LabBroker broker = Start();
        using Raw first = await Raw.OpenAsync(broker, Connect5, Connack5);
        using Raw second = await Raw.OpenAsync(broker, Connect5, Connack5);
        await first.EndsAsync("e0 01 8e");
        await second.AskAsync("c0 00", "d0 00");
        await UntilAsync(() => broker.ClientCount == 1);
    }

    [Fact]
    public async Task Silence_EndsAClient_AfterOneAndAHalfTimesItsKeepAlive()
    {
        var time = new VirtualTime();
        await using LabBroker broker = Start(time: time);
        using Raw client = await Raw.OpenAsync(broker, "10 0e 0004 'MQTT' 05 02 000a 00 0001 'a'", Connack5); // 10 s
        time.Advance(TimeSpan.FromSeconds(14));
        await client.AskAsync("c0 00", "d0 00");
        time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(1, broker.ClientCount);
        time.Advance(TimeSpan.FromSeconds(1));
        await client.EndsAsync("e0 01 8d");
        using Raw mute = await Raw.OpenAsync(broker, "", "");
        await UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1)); // it may not be accepted yet
            return mute.HasEnded;
        });
    }

    [Theory]
    [InlineData("10 0d 0004 'MQTT' 03 02 0000 0001 'b'", "20 02 00 01")] // no such level
    [InlineData("10 15 0004 'MQTT' 04 c2 0000 0001 'b' 0002 'me' 0002 'no'", "20 02 00 04")]
    [InlineData("10 16 0004 'MQTT' 05 c2 0000 00 0001 'b' 0002 'me' 0002 'no'", "20 03 00 86 00")]
    [InlineData("c0 00", "")]
    [InlineData("10 0d 0004 'HTTP' 04 02 0000 0001 'b'", "20 02 00 01")]
    [InlineData("47 45 54 20", "")]
    public async Task WhoMayNotComeIn_IsTold_AndPutOut(string connect, string answer)
    {
        await using LabBroker broker = Start(new LabBrokerOptions { Passwords = new Dictionary<string, string> { ["me"] = "s3cret" } });
        using Raw client = await Raw.OpenAsync(broker, connect, "");
        await client.EndsAsync(answer);
        using Raw right = await Raw.OpenAsync(broker, "10 19 0004 'MQTT' 04 c2 0000 0001 'b' 0002 'me' 0006 's3cret'", Connack311);
        Assert.Equal(1, broker.ClientCount);
    }

    [Fact]
    public async Task ReceiveMaximum_IsObeyed_AndWhatWaitsComesAfterAnAnswer()
    {
        await using LabBroker broker = Start();
        using Raw a = await Raw.OpenAsync(broker, "10 11 0004 'MQTT' 05 02 0000 03 21 0001 0001 'a'", Connack5); // one at a time
        using Raw b = await Raw.OpenAsync(broker, Connect311, Connack311);
        await a.AskAsync("82 07 0001 00 0001 't' 01", "90 04 0001 00 01");
        await b.AskAsync("32 06 0001 't' 0001 '1' 32 06 0001 't' 0002 '2' 30 04 0001 't' '0'", "40 02 0001 40 02 0002");
        await a.ExpectAsync("32 07 0001 't' 0001 00 '1' 30 05 0001 't' 00 '0'");
        await a.AskAsync("40 02 0001", "32 07 0001 't' 0002 00 '2'");
    }

    [Fact]
    public async Task FullQueue_DropsForWhoDoesNotRead_AndForNobodyElse()
    {
        await using LabBroker broker = Start(new LabBrokerOptions { MostQueued = 256 * 1024 });
        using Raw lazy = await Raw.OpenAsync(broker, Connect5, Connack5), busy = await Raw.OpenAsync(broker, Connect311, Connack311);
        await lazy.AskAsync("82 07 0001 00 0001 't' 00", "90 04 0001 00 00");
        byte[] message = [.. Octets.Of("30 83 8001 0001 't'"), .. new byte[16 * 1024]]; // 3 + 16384 octets follow
        for (int i = 0; broker.Dropped == 0; i++)
        {
            Assert.True(i < 4096, "64 MiB went somewhere");
            await busy.SendAsync(message);
            if (i % 16 == 0) await busy.AskAsync("c0 00", "d0 00");
        }

        await busy.AskAsync("c0 00", "d0 00");
    }

    private static LabBroker Start(LabBrokerOptions? options = null, TimeProvider? time = null) => LabBroker.Start((options ?? new LabBrokerOptions()) with { Listen = new IPEndPoint(IPAddress.Loopback, 0) }, time);

    private static async Task<byte[]> ReadAsync(DuplexStream stream, int length)
    {
        byte[] octets = new byte[length];
        await stream.ReadExactlyAsync(octets);
        return octets;
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!holds()) await Task.Delay(5, limit.Token);
    }

    /// <summary>A client that says what it is told, and knows what must come.</summary>
    private sealed class Raw : IDisposable
    {
        private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp);

        public bool HasEnded => _socket.Poll(0, SelectMode.SelectRead) && _socket.Available == 0;

        public static async Task<Raw> OpenAsync(LabBroker broker, string connect, string connack)
        {
            var raw = new Raw();
            await raw._socket.ConnectAsync(broker.EndPoint);
            await raw.AskAsync(connect, connack);
            return raw;
        }

        public async Task SendAsync(byte[] octets) => await _socket.SendAsync(octets);

        public async Task AskAsync(string octets, string answer)
        {
            if (octets.Length > 0) await SendAsync(Octets.Of(octets));
            await ExpectAsync(answer);
        }

        public async Task ExpectAsync(string octets)
        {
            byte[] expected = Octets.Of(octets), got = new byte[expected.Length];
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            for (int at = 0; at < got.Length;)
            {
                int count = await _socket.ReceiveAsync(got.AsMemory(at), limit.Token);
                Assert.True(count > 0, $"expected {octets}, got {Convert.ToHexString(got.AsSpan(0, at))} and the end");
                at += count;
            }

            Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(got));
        }

        public async Task EndsAsync(string octets)
        {
            await ExpectAsync(octets);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            Assert.Equal(0, await _socket.ReceiveAsync(new byte[1], limit.Token));
        }

        public void Dispose() => _socket.Dispose();
    }
}
