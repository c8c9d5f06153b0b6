using Adit.Carriers.Dns;
using Adit.TestKit.Time;
using Adit.Wire.Dns;
using Adit.Wire.Dns.Payload;

namespace Adit.Carriers.Tests.Dns;

/// <summary>What a mailbox sends at most, on a virtual clock.</summary>
public sealed class DnsMailboxTests
{
    private static readonly DnsDomainName Domain = DnsDomainName.Parse("t.example");

    private static readonly DnsShape Shape = new() { Encoding = DnsNameEncoding.Base229, NameLength = 255, Type = DnsType.Txt, HasEdns = true, Jumbo = 60_000 };

    [Fact]
    public async Task Rate_IsOfAllThatGoesToAResolver_LargeAnswersAndWhatDoesNotWait()
    {
        var time = new VirtualTime();
        SimulatedLink? link = null;
        await using DnsMailbox mailbox = Make(time, sink => new DnsRoute(link = new SimulatedLink(time, Domain, sink), Domain, Shape, rate: 100, window: 64));
        for (int i = 0; i < 2000; i++)
        {
            mailbox.NoteBacklog(i % 2 == 0 ? 60_000 : 2_000_000);
            for (int datagram = 0; datagram < 4; datagram++) Assert.True(mailbox.SendAsync(new byte[60]).AsTask().IsCompletedSuccessfully);
            time.Advance(TimeSpan.FromMilliseconds(5));
        }

        Assert.InRange(link!.Asked, 950, 1011);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(15)]
    public async Task SmallWindow_IsNotExceeded(int window)
    {
        var time = new VirtualTime();
        SimulatedLink? link = null;
        await using DnsMailbox mailbox = Make(time, sink => new DnsRoute(link = new SimulatedLink(time, Domain, sink), Domain, Shape with { Jumbo = 0 }, rate: 0, window));
        for (int datagram = 0; datagram < 40; datagram++) Assert.True(mailbox.SendAsync(new byte[60]).AsTask().IsCompletedSuccessfully);
        Assert.Equal(window, link!.Asked);
    }

    private static DnsMailbox Make(VirtualTime time, Func<IDnsAnswerSink, DnsRoute> route) => new("dns://t.example", sink => [route(sink)], 0, () => { }, time: time);
}
