using Adit.Carriers.Dns;
using Adit.Core;
using Adit.TestKit.Time;
using Adit.Wire.Dns;
using Adit.Wire.Dns.Payload;

namespace Adit.Carriers.Tests.Dns;

/// <summary>A path that becomes worse while it is in use, and better again: on a virtual clock.</summary>
public sealed class DnsReprobeTests
{
    private static readonly DnsDomainName Domain = DnsDomainName.Parse("t.example");

    private static readonly DnsShape Best = new() { Encoding = DnsNameEncoding.Base229, NameLength = 255, Type = DnsType.Txt, HasEdns = true, Jumbo = 60_000 };

    /// <summary>What happens to the path, and what a probe finds then.</summary>
    public static TheoryData<string, string> Degradations => new()
    {
        { "octets above 127 are changed", "base64 255 16 edns 60000" },
        { "TXT is dropped", "base229 255 10 edns 60000" },
        { "EDNS is stripped", "base229 255 16 plain 60000" },
        { "large answers are lost", "base229 255 16 plain 60000" },
        { "TCP is refused", "base229 255 16 edns 0" },
    };

    [Theory]
    [MemberData(nameof(Degradations))]
    public async Task WhatPassesNoMore_IsFoundOut_AndTheShapeChanges(string what, string shape)
    {
        await using Path path = new();
        path.Run(3);
        Assert.Equal((0, 0), (path.Probes, path.Mailbox.Changes));
        Degrade(path.Link, what);
        path.Found = shape;
        path.Run(what.StartsWith("TCP", StringComparison.Ordinal) ? 12 : 5); // jumbo answers have longer to come
        Assert.Equal(1, path.Mailbox.Changes);
        Assert.Contains(shape, path.Mailbox.ToString(), StringComparison.Ordinal);
        long before = path.Link.Answered;
        path.Run(5);
        Assert.InRange(path.Link.Answered - before, 100_000, long.MaxValue);
        Assert.Equal(1, path.Mailbox.Changes);
        Assert.False(path.Ended.IsCompleted);
    }

    [Fact]
    public async Task WhatPassesAgain_IsFoundOutWithinTwoMinutes()
    {
        await using Path path = new();
        path.Run(2);
        Degrade(path.Link, "octets above 127 are changed");
        path.Found = "base64 255 16 edns 60000";
        path.Run(5);
        path.Link.Encodings = _ => true;
        path.Found = Best.ToString();
        path.Run(120);
        Assert.Equal(2, path.Mailbox.Changes);
        Assert.Contains(Best.ToString(), path.Mailbox.ToString(), StringComparison.Ordinal);
        int probes = path.Probes;
        path.Run(600);
        Assert.Equal(probes, path.Probes); // there is nothing better to look for
    }

    [Fact]
    public async Task NothingPasses_IsAskedMoreAndMoreRarely()
    {
        await using Path path = new();
        path.Run(2);
        path.Link.Encodings = _ => false;
        path.Found = null;
        path.Run(10);
        Assert.InRange(path.Probes, 1, 2);
        path.Run(300);
        Assert.InRange(path.Probes, 2, 6);
        Assert.Equal(0, path.Mailbox.Changes);
    }

    [Fact]
    public async Task PathThatWasCut_AndIsAnotherWhenItIsBack_IsFoundOut()
    {
        await using Path path = new();
        path.Run(2);
        path.Link.Encodings = _ => false;
        path.Found = null;
        path.Run(10);
        Assert.InRange(path.Probes, 1, 2);
        path.Link.Encodings = _ => true;
        path.Link.MostOctets = 512;
        path.Found = "base229 255 16 plain 60000";
        path.Run(8);
        Assert.Equal(1, path.Mailbox.Changes);
        Assert.False(path.Ended.IsCompleted);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("base229 255 16 edns 60000")]
    public async Task NothingButRefusals_EndsIt_OnceAProbeFoundNoOtherWay(string? found)
    {
        await using Path path = new();
        path.Run(2);
        path.Link.MostOctets = 0; // cut short, all of them
        path.Link.HasStream = false;
        path.Found = found;
        path.Run(10);
        Assert.Equal(TunnelError.ConnectionLost, (await Assert.ThrowsAsync<TunnelException>(() => path.Ended.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken))).Error);
        Assert.Equal(1, path.Probes);
    }

    [Fact]
    public async Task LossByChance_IsNoSuspicion()
    {
        await using Path path = new();
        var chance = new Random(5);
        path.Link.Encodings = _ => chance.NextDouble() > 0.08;
        path.Run(120);
        Assert.Equal(0, path.Probes);
    }

    /// <summary>A resolver that was asked for too much says nothing to all that was asked within a second.</summary>
    [Fact]
    public async Task LargeAnswersThatAreDroppedTogether_AreNoSuspicion()
    {
        await using Path path = new();
        path.Run(3);
        for (int i = 0; i < 3; i++)
        {
            path.Link.HasStream = false;
            path.Run(1);
            path.Link.HasStream = true;
            int before = path.Link.Large;
            path.Run(4);
            Assert.InRange(path.Link.Large - before, 5, int.MaxValue);
        }

        Assert.Equal(0, path.Probes);
    }

    [Fact]
    public async Task LargeAnswersThatAreLeft_AndPassAgain_AreTakenSoon_HoweverOften()
    {
        await using Path path = new();
        path.Run(3);
        for (int i = 1; i <= 4; i++)
        {
            path.Link.HasStream = false;
            for (int second = 0; path.Probes < i; second++)
            {
                Assert.InRange(second, 0, 9);
                path.Run(1);
            }

            path.Link.HasStream = true;
            path.Run(1);
            int before = path.Link.Large;
            path.Run(20);
            Assert.InRange(path.Link.Large - before, 80, int.MaxValue);
            Assert.Equal(i, path.Probes);
        }
    }

    /// <summary>The resolver dropped some of the probe's questions too.</summary>
    [Fact]
    public async Task ProbeBesideWhatPasses_WhichLostSomeOfItsOwn_ChangesNothing()
    {
        await using Path path = new();
        path.Run(3);
        path.Link.HasStream = false;
        path.Found = "base32 180 16 plain 60000";
        for (int second = 0; path.Probes == 0; second++)
        {
            Assert.InRange(second, 0, 9);
            path.Run(1);
        }

        path.Link.HasStream = true;
        path.Run(5);
        Assert.Equal(0, path.Mailbox.Changes);
        Assert.Contains(Best.ToString(), path.Mailbox.ToString(), StringComparison.Ordinal);
        Assert.Equal([Best], path.Adopted); // and so is what is remembered
    }

    /// <summary>TCP was lost, or came too late, when the path was probed first.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LargeAnswersThatWereNotThereAtFirst_AreLookedForAgain_WhereTheyAreWanted(bool wanted)
    {
        await using Path path = new(Best with { Jumbo = 0 }, wanted);
        path.Run(59);
        Assert.Equal(0, path.Probes);
        path.Found = (Best with { Jumbo = 0 }).ToString();
        path.Run(10);
        Assert.Equal(wanted ? 1 : 0, path.Probes);
        path.Found = Best.ToString();
        path.Run(120);
        Assert.Equal(wanted, path.Link.Large > 0);
        Assert.Equal(wanted ? 1 : 0, path.Mailbox.Changes);
    }

    private static void Degrade(SimulatedLink link, string what)
    {
        if (what.StartsWith("octets", StringComparison.Ordinal)) link.Encodings = e => e != DnsNameEncoding.Base229;
        else if (what.StartsWith("TXT", StringComparison.Ordinal)) link.Types = t => t != DnsType.Txt;
        else if (what.StartsWith("TCP", StringComparison.Ordinal)) link.HasStream = false;
        else (link.MostOctets, link.Drops) = (512, what.StartsWith("large", StringComparison.Ordinal));
    }

    /// <summary>A mailbox that always has a small backlog to fetch, and now and then a large one.</summary>
    private sealed class Path : IAsyncDisposable
    {
        private readonly VirtualTime _time = new();
        private readonly byte[] _datagram = new byte[60];
        private int _turns;

        public Path(DnsShape? shape = null, bool mayJumbo = true)
        {
            Mailbox = new DnsMailbox(
                "dns://t.example",
                sink =>
                {
                    Link = new SimulatedLink(_time, Domain, sink);
                    return [new DnsRoute(Link, Domain, shape ?? Best, 500, 64, mayJumbo)];
                },
                0,
                () => { },
                ProbeAsync,
                _time,
                (_, _, _, shape) => Adopted.Add(shape));
            Ended = ReadAsync();
        }

        public DnsMailbox Mailbox { get; }

        public SimulatedLink Link { get; private set; } = null!;

        /// <summary>What a probe finds; null: nothing.</summary>
        public string? Found { get; set; } = Best.ToString();

        public int Probes { get; private set; }

        public List<DnsShape> Adopted { get; } = [];

        /// <summary>Completes, or fails, with the mailbox.</summary>
        public Task Ended { get; }

        public void Run(int seconds)
        {
            for (int i = 0; i < seconds * 1000; i += 5)
            {
                Mailbox.NoteBacklog(_turns++ % 200 < 100 ? 20_000 : 60_000);
                while (Mailbox.WantsPoll) Assert.True(Mailbox.SendAsync(_datagram).AsTask().IsCompletedSuccessfully);
                _time.Advance(TimeSpan.FromMilliseconds(5));
            }
        }

        public ValueTask DisposeAsync() => Mailbox.DisposeAsync();

        private async Task ReadAsync()
        {
            byte[] room = new byte[65_536];
            while (await Mailbox.ReceiveAsync(room) > 0)
            {
            }
        }

        private async Task<(DnsDomainName Domain, DnsShape Shape)?> ProbeAsync(DnsRoute route, CancellationToken cancellationToken)
        {
            Probes++;
            await Task.Delay(TimeSpan.FromMilliseconds(400), _time, cancellationToken);
            return Found is null ? null : (Domain, DnsShape.TryParse(Found, out DnsShape? shape) ? shape : throw new InvalidOperationException());
        }
    }
}
