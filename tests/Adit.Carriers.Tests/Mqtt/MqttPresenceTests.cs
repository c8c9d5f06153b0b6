using System.Diagnostics;
using System.Net;
using System.Text;
using Adit.Carriers.Mqtt;
using Adit.Carriers.Mqtt.Lab;
using Adit.Core;
using Adit.Core.Lifeline;
using Adit.Core.Mailboxes;
using Adit.Core.Streams;
using Adit.Wire.Mqtt;

namespace Adit.Carriers.Tests.Mqtt;

/// <summary>The presence record, at the laboratory's broker.</summary>
public sealed class MqttPresenceTests : IAsyncDisposable
{
    private const string Topic = "adit/gateway/p";

    private readonly LabBroker _broker = LabBroker.Start(new LabBrokerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) });
    private readonly CarrierKey _key = CarrierKey.Generate();

    public static TheoryData<MqttVersion> Versions => [MqttVersion.V5, MqttVersion.V311];

    public async ValueTask DisposeAsync() => await _broker.DisposeAsync();

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Gateway_IsFound_WhileItServes_AndByItsKeysAlone(MqttVersion version)
    {
        await AssertAbsentAsync(version, "got none");
        await using var acceptor = new LifelineAcceptor(new LifelineServerOptions { Keys = [_key] }, (_, _) => { });
        CarrierKey other = CarrierKey.Generate();
        await using (var listener = new MqttListener(Options(version, other, _key), acceptor))
        {
            await listener.StartAsync(TestContext.Current.CancellationToken);
            await using (await OpenAsync(version, _key))
            {
            }

            await using (await OpenAsync(version, other))
            {
            }

            TunnelException e = await Assert.ThrowsAsync<TunnelException>(() => OpenAsync(version, CarrierKey.Generate(), TimeSpan.FromSeconds(0.2)));
            Assert.Contains("not made with this carrier key", e.Message, StringComparison.Ordinal);
        }

        await AssertAbsentAsync(version, "got none");
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task GatewayThatBreaksOff_IsClearedByItsWill(MqttVersion version)
    {
        await using var acceptor = new LifelineAcceptor(new LifelineServerOptions { Keys = [_key] }, (_, _) => { });
        var cut = new CuttableDialer();
        await using var listener = new MqttListener(Options(version, _key), acceptor, cut);
        await listener.StartAsync(TestContext.Current.CancellationToken);
        await using Watcher watcher = await Watcher.OpenAsync(Options(version));
        await watcher.UntilAsync(m => m.Length > 0);
        cut.Cut();
        await watcher.UntilAsync(m => m.Length == 0);
        cut.Mend();
        await watcher.UntilAsync(m => m.Length > 0);
        await using IMailbox found = await OpenAsync(version, _key);
    }

    /// <summary>Whoever may publish there clears it, or writes over it: the gateway puts it back.</summary>
    [Theory]
    [MemberData(nameof(Versions))]
    public async Task RecordThatIsTakenAway_IsPutBack(MqttVersion version)
    {
        await using var acceptor = new LifelineAcceptor(new LifelineServerOptions { Keys = [_key] }, (_, _) => { });
        await using var listener = new MqttListener(Options(version, _key), acceptor);
        await listener.StartAsync(TestContext.Current.CancellationToken);
        await using Watcher watcher = await Watcher.OpenAsync(Options(version));
        byte[] record = await watcher.UntilAsync(m => m.Length > 0);
        foreach (byte[] forged in (byte[][])[[], "x"u8.ToArray(), [.. record[..^1], (byte)(record[^1] ^ 1)]])
        {
            watcher.Connection.Publish(new MqttTopic(Topic, 0), forged, default, MqttQos.AtLeastOnce, retain: true);
            await watcher.Connection.FlushAsync(TestContext.Current.CancellationToken);
            await watcher.UntilAsync(m => PresenceRecord.IsAuthentic(m, _key, Encoding.ASCII.GetBytes(Topic)));
        }
    }

    /// <summary>A key that is added or taken away counts a few seconds later, without a restart.</summary>
    [Fact]
    public async Task Keys_ComeAndGo()
    {
        await using var acceptor = new LifelineAcceptor(new LifelineServerOptions { Keys = [_key] }, (_, _) => { });
        CarrierKey added = CarrierKey.Generate();
        CarrierKey[] keys = [_key];
        await using var listener = new MqttListener(Options(MqttVersion.V5) with { PresenceKeys = () => keys }, acceptor);
        await listener.StartAsync(TestContext.Current.CancellationToken);
        await using Watcher watcher = await Watcher.OpenAsync(Options(MqttVersion.V5));
        byte[] topic = Encoding.ASCII.GetBytes(Topic);
        await watcher.UntilAsync(m => PresenceRecord.IsAuthentic(m, _key, topic) && !PresenceRecord.IsAuthentic(m, added, topic));
        keys = [added];
        await watcher.UntilAsync(m => PresenceRecord.IsAuthentic(m, added, topic) && !PresenceRecord.IsAuthentic(m, _key, topic));
    }

    private async Task AssertAbsentAsync(MqttVersion version, string why)
    {
        long began = Stopwatch.GetTimestamp();
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(() => OpenAsync(version, _key, TimeSpan.FromSeconds(0.2)));
        Assert.Equal(TunnelError.Unreachable, e.Error);
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(9)); // far from any other limit
    }

    private async Task<IMailbox> OpenAsync(MqttVersion version, CarrierKey key, TimeSpan? patience = null) =>
        await new MqttMailboxDialer(Options(version, key) with { PresenceTime = patience ?? TimeSpan.FromSeconds(20) }, new SocketDialer()).OpenAsync(TestContext.Current.CancellationToken);

    private MqttBrokerOptions Options(MqttVersion version, params CarrierKey[] keys) =>
        new() { Name = "mqtt://lab", Broker = new TcpDestination("127.0.0.1", _broker.EndPoint.Port), Versions = [version], PresenceKeys = keys.Length > 0 ? () => keys : null };

    /// <summary>Sees what comes to the record's topic.</summary>
    private sealed class Watcher(MqttConnection connection) : IAsyncDisposable
    {
        public MqttConnection Connection => connection;

        public static async Task<Watcher> OpenAsync(MqttBrokerOptions options)
        {
            MqttConnection connection = await MqttConnection.OpenAsync(options, new SocketDialer(), null, null, TestContext.Current.CancellationToken);
            connection.Subscribe(Topic, MqttQos.AtLeastOnce, retained: true);
            await connection.FlushAsync(TestContext.Current.CancellationToken);
            return new Watcher(connection);
        }

        public async Task<byte[]> UntilAsync(Func<byte[], bool> holds)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            while (true)
            {
                while (Next() is { } message)
                {
                    if (holds(message)) return message;
                }

                Assert.True(await connection.FillAsync(limit.Token));
            }
        }

        public ValueTask DisposeAsync() => connection.DisposeAsync();

        private byte[]? Next()
        {
            while (connection.TryNext(out MqttArrival arrival))
            {
                if (arrival.Kind is MqttArrivalKind.Message or MqttArrivalKind.Retained) return arrival.Payload.ToArray();
            }

            return null;
        }
    }

    /// <summary>Dials, until it is cut: then what it dialled breaks, and nothing can be dialled.</summary>
    private sealed class CuttableDialer : IStreamDialer
    {
        private readonly List<DuplexStream> _open = [];
        private bool _isCut;

        public async ValueTask<DuplexStream> DialAsync(DialRequest request, CancellationToken cancellationToken = default)
        {
            DuplexStream stream = await new SocketDialer().DialAsync(request, cancellationToken);
            lock (_open)
            {
                if (_isCut) stream.Abort(TunnelError.Reset);
                _open.Add(stream);
            }

            return stream;
        }

        public void Cut()
        {
            lock (_open)
            {
                _isCut = true;
                foreach (DuplexStream stream in _open) stream.Abort(TunnelError.Reset);
            }
        }

        public void Mend()
        {
            lock (_open) _isCut = false;
        }
    }
}
