using Adit.Carriers.Mqtt;
using Adit.Core;
using Adit.Core.Mailboxes;
using Adit.Core.Streams;
using Adit.TestKit.Codecs;
using Adit.Wire;
using Adit.Wire.Mqtt;

namespace Adit.Carriers.Tests.Mqtt;

/// <summary>Opening a path, against a broker of a few lines.</summary>
public sealed class MqttMailboxDialerTests
{
    private static readonly byte[] Welcome5 = Octets.Of("20 03 00 00 00"), Welcome311 = Octets.Of("20 02 00 00");

    [Theory]
    [InlineData("20 02 00 01")] // in the words of 3.1.1
    [InlineData("20 03 00 84 00")] // in those of 5
    [InlineData("")] // it just hangs up
    public async Task OlderBrokers_AreSpokenToInTheirVersion(string refusal)
    {
        var broker = new Broker((version, _) => version == MqttVersion.V5 ? Octets.Of(refusal) : Welcome311, 0x00);
        await using IMailbox mailbox = await new MqttMailboxDialer(Options(), broker).OpenAsync(TestContext.Current.CancellationToken);
        Assert.Equal([MqttVersion.V5, MqttVersion.V311], broker.Asked);
        Assert.Equal(16 * 1024 - MqttTopics.IdLength, mailbox.SendLimit);
        Assert.Matches("^adit/[0-9a-f]{32}/d$", Assert.Single(broker.Subscribed));
    }

    [Theory]
    [InlineData("20 03 00 87 00", TunnelError.PermissionDenied)]
    [InlineData("20 03 00 86 00", TunnelError.AuthenticationFailed)]
    [InlineData("20 03 00 89 00", TunnelError.ResourceShortage)]
    [InlineData("20 02 00 05", TunnelError.PermissionDenied)]
    [InlineData("30 00", TunnelError.ProtocolViolation)]
    [InlineData("48 54 54 50", TunnelError.ProtocolViolation)]
    public async Task Refusals_AreToldOnce_AndNotTriedAgain(string answer, TunnelError error)
    {
        var broker = new Broker((_, _) => Octets.Of(answer), 0);
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(async () => await new MqttMailboxDialer(Options() with { User = "me", Password = "s3cret" }, broker).OpenAsync());
        Assert.Equal(error, e.Error);
        Assert.DoesNotContain("s3cret", e.ToString(), StringComparison.Ordinal);
        Assert.Single(broker.Asked);
    }

    [Fact]
    public async Task SubscriptionThatIsRefused_IsTold_WithItsTopic()
    {
        var broker = new Broker((_, _) => Welcome5, 0x87);
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(async () => await new MqttMailboxDialer(Options(), broker).OpenAsync());
        Assert.Equal(TunnelError.PermissionDenied, e.Error);
        Assert.Contains("subscribe to adit/", e.Message, StringComparison.Ordinal);
    }

    private static MqttBrokerOptions Options() => new() { Name = "mqtt://broker", Broker = new TcpDestination("broker", 1883), AnswerTime = TimeSpan.FromSeconds(20) };

    /// <summary>Answers CONNECT as it is told, and SUBSCRIBE with a reason.</summary>
    private sealed class Broker(Func<MqttVersion, int, byte[]> connack, byte reason) : IStreamDialer
    {
        public List<MqttVersion> Asked { get; } = [];

        public List<string> Subscribed { get; } = [];

        public ValueTask<DuplexStream> DialAsync(DialRequest request, CancellationToken cancellationToken = default)
        {
            var pair = new MemoryStreamPair();
            _ = Task.Run(() => ServeAsync(pair.Second), CancellationToken.None);
            return new ValueTask<DuplexStream>(pair.First);
        }

        private async Task ServeAsync(DuplexStream stream)
        {
            await using (stream)
            {
                byte[] buffer = new byte[4096];
                int length = await stream.ReadAsync(buffer);
                MqttVersion version = Take(buffer.AsSpan(0, length));
                byte[] answer = connack(version, Asked.Count);
                if (answer.Length == 0) return;
                await stream.WriteAsync(answer);
                while ((length = await stream.ReadAsync(buffer)) > 0)
                {
                    if (Answer(buffer.AsSpan(0, length), version) is { Length: > 0 } suback) await stream.WriteAsync(suback);
                }
            }
        }

        private MqttVersion Take(ReadOnlySpan<byte> packet)
        {
            Assert.Equal(DecodeStatus.Ok, MqttConnect.TryRead(packet, out MqttConnect connect));
            Asked.Add(connect.Version);
            return connect.Version;
        }

        private byte[] Answer(ReadOnlySpan<byte> packet, MqttVersion version)
        {
            if (MqttSubscribe.TryRead(packet, version, out MqttSubscribe subscribe) != DecodeStatus.Ok) return [];
            Subscribed.Add(System.Text.Encoding.ASCII.GetString(subscribe.Filter));
            byte[] suback = new byte[16];
            return suback[..new MqttSuback { PacketId = subscribe.PacketId, Reasons = [reason] }.Write(suback, version)];
        }
    }
}
