using Adit.Carriers.Sms;
using Adit.Carriers.Sms.Smpp;
using Adit.Core;
using Adit.Core.Streams;
using Adit.TestKit.Time;
using Adit.Wire.Smpp;

namespace Adit.Carriers.Tests.Sms;

public sealed class SmppLinkTests
{
    private readonly VirtualTime _time = new();

    /// <summary>Connections that go nowhere, centres that take the connection, and those that begin with nothing when TLS should: each has a minute.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task CentreThatIsSilent_IsGivenUp(bool connects, bool tls)
    {
        using var pair = new MemoryStreamPair();
        Task<SmppLink> opening = SmppLink.OpenAsync(Options(tls), new Dialer(connects ? pair.First : null), _time, TestContext.Current.CancellationToken);
        long deadline = Environment.TickCount64 + 10_000;
        while (_time.TimerCount == 0 && Environment.TickCount64 < deadline) await Task.Yield();
        _time.Advance(TimeSpan.FromMinutes(1));
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(() => opening.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(TunnelError.TimedOut, e.Error);
    }

    [Fact]
    public async Task DeliveryInOneBreathWithTheAnswerToTheBind_ArrivesAtOnce()
    {
        using var pair = new MemoryStreamPair();
        Task<SmppLink> opening = SmppLink.OpenAsync(Options(tls: false), new Dialer(pair.First), _time, TestContext.Current.CancellationToken);
        byte[] room = new byte[4096];
        Assert.NotEqual(0, await pair.Second.ReadAsync(room));
        Assert.Equal(Wire.DecodeStatus.Ok, SmppPdu.TryRead(room, out SmppHeader bind, out _));
        await pair.Second.WriteAsync(Answer(bind.Sequence));
        await using SmppLink link = await opening;
        SmsArrival arrival = await link.Received.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("4917000001", arrival.Number);
    }

    [Fact]
    public async Task NumberThatIsNone_CostsNothing()
    {
        var budget = new SmsBudget(1);
        using var pair = new MemoryStreamPair();
        Task<SmppLink> opening = SmppLink.OpenAsync(Options(tls: false, budget), new Dialer(pair.First), _time, TestContext.Current.CancellationToken);
        byte[] room = new byte[4096];
        Assert.NotEqual(0, await pair.Second.ReadAsync(room));
        SmppPdu.TryRead(room, out SmppHeader bind, out _);
        await pair.Second.WriteAsync(Answer(bind.Sequence));
        await using SmppLink link = await opening;
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(async () => await link.SendAsync("no number", new byte[] { 0x10 }, SmsForm.Octets));
        Assert.Equal((TunnelError.BadConfiguration, 0), (e.Error, budget.Spent));
    }

    private static byte[] Answer(uint sequence)
    {
        var message = new SmppMessage { Source = new SmppAddress(0, 1, "4917000001"), Destination = new SmppAddress(0, 1, "4917000002"), DataCoding = 4, Text = [0x10, 1] };
        byte[] octets = new byte[256];
        int length = SmppPdu.WriteText(octets, SmppCommand.BindTransceiverResponse, SmppStatus.Ok, sequence, "centre");
        message.Encode(octets.AsSpan(length + SmppHeader.HeaderLength));
        return octets[..(length + SmppPdu.WriteHeader(octets.AsSpan(length), SmppCommand.DeliverSm, SmppStatus.Ok, 1, message.EncodedLength))];
    }

    private static SmppLinkOptions Options(bool tls, SmsBudget? budget = null) => new()
    {
        Name = "hop", Host = "centre", SystemId = "me", Carrier = new SmsCarrierOptions { Budget = budget }, Tls = tls ? new TlsClientOptions { ServerName = "centre" } : null,
    };

    /// <summary>Dials one stream; without one never comes to an end.</summary>
    private sealed class Dialer(DuplexStream? stream) : IStreamDialer
    {
        public async ValueTask<DuplexStream> DialAsync(DialRequest request, CancellationToken cancellationToken = default)
        {
            if (stream is null) await Task.Delay(Timeout.Infinite, cancellationToken);
            return stream!;
        }
    }
}
