using System.Diagnostics;
using Adit.Carriers.Mqtt;
using Adit.Core;
using Adit.Core.Lifeline;
using Adit.Core.Streams;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Mqtt;

/// <summary>Much through mosquitto, the carrier alone: both ways at once, by two clients, and with a subscriber that takes nothing for three seconds.</summary>
public sealed class BulkTests
{
    private const long Bulk = 64L << 20;

    [Fact]
    public async Task Bulk_BothWaysAtOnce()
    {
        LibraryTests.Need();
        await using Mosquitto broker = await Mosquitto.StartAsync(["allow_anonymous true", "sys_interval 1"]);
        MqttBrokerOptions options = LibraryTests.Options(broker);
        long began = Stopwatch.GetTimestamp();
        await LibraryTests.EchoAsync(options, options, Bulk);
        TestContext.Current.TestOutputHelper?.WriteLine($"{Bulk / 1e6 / Stopwatch.GetElapsedTime(began).TotalSeconds:0} MB/s both ways");
    }

    /// <summary>mosquitto throws messages away in silence once a subscriber does not read for some seconds; here nothing must be lost, and nearly nothing sent twice.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task StalledSubscriber_LosesNothing(bool isClient)
    {
        LibraryTests.Need();
        await using Mosquitto broker = await Mosquitto.StartAsync();
        MqttBrokerOptions options = LibraryTests.Options(broker);
        var stalling = new StallingDialer(8 << 20, TimeSpan.FromSeconds(3));
        await using EchoGateway gateway = await EchoGateway.StartAsync(options, isClient ? null : stalling);
        await using LifelineClient lifeline = await LifelineClient.ConnectAsync(
            await new MqttMailboxDialer(options, isClient ? stalling : new SocketDialer()).OpenAsync(TestContext.Current.CancellationToken), gateway.Key, cancellationToken: TestContext.Current.CancellationToken);
        await LibraryTests.AssertEchoAsync(lifeline.Stream, 32 << 20);
        Assert.True(stalling.HasStalled);
        Assert.DoesNotContain("dropp", broker.Log, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Dials streams that, after some octets, read nothing for a while.</summary>
    private sealed class StallingDialer(long after, TimeSpan stall) : IStreamDialer
    {
        private readonly SocketDialer _sockets = new();

        public bool HasStalled { get; private set; }

        public async ValueTask<DuplexStream> DialAsync(DialRequest request, CancellationToken cancellationToken = default) =>
            new Stalling(await _sockets.DialAsync(request, cancellationToken), this);

        private sealed class Stalling(DuplexStream below, StallingDialer owner) : DuplexStream
        {
            private long _octets;

            private long After => owner.After;

            public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            {
                if (_octets >= After && !owner.HasStalled)
                {
                    owner.HasStalled = true;
                    await Task.Delay(owner.Stall, cancellationToken);
                }

                int count = await below.ReadAsync(buffer, cancellationToken);
                _octets += count;
                return count;
            }

            public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => below.WriteAsync(buffer, cancellationToken);

            public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default) => below.CompleteWritesAsync(cancellationToken);

            public override void Abort(TunnelError error) => below.Abort(error);

            protected override void Dispose(bool disposing)
            {
                below.Dispose();
                base.Dispose(disposing);
            }
        }

        private long After => after;

        private TimeSpan Stall => stall;
    }
}
