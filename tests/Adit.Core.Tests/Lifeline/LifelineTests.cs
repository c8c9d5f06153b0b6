using Adit.Core.Lifeline;
using Adit.TestKit.Lifelines;

namespace Adit.Core.Tests.Lifeline;

public sealed class LifelineTests
{
    private const long Second = 1_000_000;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void BothDirections_AreExact_OnAGoodPath(bool keyed)
    {
        using var network = new SimulatedNetwork(1, keyed);
        network.AddPath(new PathConditions());
        var transfer = new SimulatedTransfer(network, 300_000, 200_000, seed: 3);
        Assert.True(network.Run(transfer.Step, 60 * Second), transfer.ToString());
        Assert.Equal((1, 1), (network.Server.SessionCount, network.Server.PathCount));
    }

    /// <summary>The conditions of the specification, a thousand seeds of them.</summary>
    [Fact]
    public void WhateverThePathDoes_TheStreamIsExact()
    {
        for (int seed = 0; seed < 1000; seed++) SimulatedTransfer.RunHostile(seed);
    }

    [Fact]
    public void MtuThatFalls_FromTwelveHundredToSixty()
    {
        using var network = new SimulatedNetwork(5);
        SimulatedPath path = network.AddPath(new PathConditions { Loss = 0.05, Mtu = 1200 });
        var transfer = new SimulatedTransfer(network, 100_000, 100_000, 5);
        Assert.True(network.Run(() => transfer.Step() || network.Served?.Readable > 0 || transfer.Received > 20_000, 60 * Second));
        path.Conditions = path.Conditions with { Mtu = 60 };
        Assert.True(network.Run(transfer.Step, 600 * Second), transfer.ToString());
    }

    [Fact]
    public void TenMinutesOfNothing_AreSurvived()
    {
        using var network = new SimulatedNetwork(6);
        SimulatedPath path = network.AddPath(new PathConditions { Loss = 0.02 });
        var transfer = new SimulatedTransfer(network, 200_000, 200_000, 6);
        Assert.True(network.Run(() => transfer.Step() || transfer.Received > 50_000, 60 * Second));
        path.Conditions = path.Conditions with { IsCut = true };
        Assert.False(network.Run(transfer.Step, 600 * Second));
        path.Conditions = path.Conditions with { IsCut = false };
        Assert.True(network.Run(transfer.Step, 120 * Second), transfer.ToString());
    }

    [Fact]
    public void SilenceWithoutEnd_EndsTheSession()
    {
        using var network = new SimulatedNetwork(7);
        SimulatedPath path = network.AddPath(new PathConditions());
        Assert.True(network.Run(() => network.Served is not null, 10 * Second));
        path.Conditions = path.Conditions with { IsCut = true };
        Assert.True(network.Run(() => network.Client!.End == LifelineEnd.TimedOut && network.Served!.End == LifelineEnd.TimedOut, 20 * 60 * Second));
        Assert.True(network.Client!.IsFinished);
    }

    [Fact]
    public void AClockThatJumps_LosesNothing()
    {
        using var network = new SimulatedNetwork(8);
        network.AddPath(new PathConditions { Loss = 0.05 });
        var transfer = new SimulatedTransfer(network, 200_000, 200_000, 8);
        for (int i = 0; i < 20 && !network.Run(transfer.Step, Second / 4); i++) network.Jump(90 * Second);
        Assert.True(network.Run(transfer.Step, 120 * Second), transfer.ToString());
    }

    /// <summary>A carrier may hold a path for a moment longer than its session lives.</summary>
    [Fact]
    public void ADisposedSession_SaysAndTakesNothing()
    {
        using var network = new SimulatedNetwork(11);
        network.AddPath(new PathConditions());
        Assert.True(network.Run(() => network.Served is not null, 10 * Second));
        LifelineSession served = network.Served!;
        LifelinePath path = Assert.Single(served.Paths);
        served.Dispose();
        Assert.False(served.WantsToSend(path, network.Now));
        Assert.Equal(0, served.Poll(path, new byte[1200], network.Now, always: true));
        Assert.False(served.Receive(path, new byte[100], network.Now));
    }

    [Fact]
    public void ARestartedServer_IsAClearEnd()
    {
        using var network = new SimulatedNetwork(9);
        SimulatedPath path = network.AddPath(new PathConditions());
        var transfer = new SimulatedTransfer(network, 500_000, 0, 9);
        Assert.True(network.Run(() => transfer.Step() || transfer.Received > 10_000, 10 * Second));
        network.RestartServer();
        Assert.False(network.Run(() => network.Client!.End != LifelineEnd.None, 30 * Second));
        // Nothing comes back, so the client asks for another path, and is told.
        network.RemovePath(path, alsoAtServer: false);
        SimulatedPath second = network.AddPath(new PathConditions());
        Assert.True(network.Run(() => network.Client!.End == LifelineEnd.Gone, 30 * Second));
        Assert.Equal(Wire.Lifeline.LifelineVerdict.Gone, second.Handshake.Verdict);
        Assert.True(network.Client!.IsFinished);
    }

    [Fact]
    public void BothEnds_CloseAtOnce()
    {
        using var network = new SimulatedNetwork(10);
        network.AddPath(new PathConditions { Loss = 0.2 });
        Assert.True(network.Run(() => network.Served is not null, 10 * Second));
        network.Client!.Close(LifelineEnd.Closed, "client");
        network.Served!.Close(LifelineEnd.Closed, "server");
        Assert.True(network.Run(() => network.Client.IsFinished && network.Served.IsFinished, 60 * Second));
        Assert.Equal((LifelineEnd.Closed, LifelineEnd.Closed), (network.Client.End, network.Served.End));
    }

    [Fact]
    public void HalfClose_LeavesTheOtherDirection()
    {
        using var network = new SimulatedNetwork(11);
        network.AddPath(new PathConditions { Loss = 0.1 });
        Assert.True(network.Run(() => network.Served is not null, 10 * Second));
        network.Client!.Write("question"u8);
        network.Client.CompleteWrites();
        byte[] room = new byte[100];
        Assert.True(network.Run(() => network.Served!.Readable == 8 || network.Served.IsReadToEnd, 10 * Second));
        Assert.Equal(8, network.Served!.Read(room));
        Assert.True(network.Run(() => network.Served.IsReadToEnd, 30 * Second));
        network.Served.Write("answer"u8);
        network.Served.CompleteWrites();
        Assert.True(network.Run(() => network.Client.Readable == 6, 30 * Second));
        Assert.Equal(6, network.Client.Read(room));
        Assert.True(network.Run(() => network.Client.IsFinished && network.Served.IsFinished, 60 * Second));
    }

    [Fact]
    public void EndThatArrivesBeforeWhatWasLost_EndsNothing()
    {
        using var network = new SimulatedNetwork(13);
        network.AddPath(new PathConditions());
        Assert.True(network.Run(() => network.Served is not null, 10 * Second));
        network.Client!.CompleteWrites();
        Assert.True(network.Run(() => network.Served!.IsReadToEnd, 10 * Second));
        network.Tamper = static (_, datagram) => datagram.Length > 300 ? [] : [datagram]; // FIN passes, and no data
        network.Served!.Write(new byte[20_000]);
        network.Served.CompleteWrites();
        network.Run(() => network.Served.IsFinished, 5 * Second);
        Assert.False(network.Served.IsFinished);
        network.Tamper = static (_, datagram) => [datagram];
        byte[] room = new byte[20_000];
        int got = 0;
        Assert.True(network.Run(() => (got += network.Client.Read(room)) == 20_000 && network.Served.IsFinished, 60 * Second));
    }

    [Fact]
    public void AnotherPath_TakesOver_AndBothSidesGoOn()
    {
        using var network = new SimulatedNetwork(12);
        SimulatedPath first = network.AddPath(new PathConditions { Delay = 5_000 });
        var transfer = new SimulatedTransfer(network, 2_000_000, 2_000_000, 12);
        Assert.True(network.Run(() => transfer.Step() || transfer.Received > 300_000, 60 * Second));
        SimulatedPath second = network.AddPath(new PathConditions { Delay = 60_000, Mtu = 300, Loss = 0.05 });
        first.Conditions = first.Conditions with { IsCut = true };
        Assert.True(network.Run(() => transfer.Step() || transfer.Received > 800_000, 120 * Second), transfer.ToString());
        network.RemovePath(first, alsoAtServer: true);
        network.AddPath(new PathConditions { Delay = 5_000 });
        second.Conditions = second.Conditions with { IsCut = true };
        Assert.True(network.Run(transfer.Step, 600 * Second), transfer.ToString());
        Assert.Equal(1, network.Server.SessionCount);
    }

    /// <summary>Somebody types on a path that died: what he types, more often than the path times out, must not put the timeout off.</summary>
    [Fact]
    public void SmallWritesOnADeadPath_GoByTheOther_Soon()
    {
        using var network = new SimulatedNetwork(15);
        var profile = new LifelineProfile { Name = "slow", TagLength = 8, MinimumTimeout = Second };
        SimulatedPath first = network.AddPath(new PathConditions(), profile);
        Assert.True(network.Run(() => network.Served is not null, 10 * Second));
        SimulatedPath second = network.AddPath(new PathConditions(), profile);
        Assert.True(network.Run(() => second.Client is { IsConfirmed: true }, 10 * Second));
        network.Client!.Want(second.Client!, false);
        first.Conditions = first.Conditions with { IsCut = true };
        long began = network.Now, last = 0;
        int written = 0;
        Assert.True(network.Run(
            () =>
            {
                if (network.Now - last > Second / 5)
                {
                    written += network.Client!.Write([1]);
                    last = network.Now;
                }

                return network.Served!.Readable > 0;
            },
            20 * Second));
        Assert.InRange(network.Now - began, 0, 6 * Second);
        Assert.InRange(written, 2, 40);
    }

    [Fact]
    public void AStandbyPath_CarriesNothing_UntilItIsNeeded()
    {
        using var network = new SimulatedNetwork(13);
        SimulatedPath best = network.AddPath(new PathConditions());
        Assert.True(network.Run(() => network.Served is not null, 10 * Second));
        SimulatedPath spare = network.AddPath(new PathConditions());
        Assert.True(network.Run(() => spare.Client is { IsConfirmed: true }, 10 * Second));
        network.Client!.Want(spare.Client!, false);
        Assert.True(network.Run(() => spare.Served is { IsWantedByPeer: false }, 10 * Second));
        var transfer = new SimulatedTransfer(network, 1_000_000, 1_000_000, 13);
        int most = 0;
        Assert.True(network.Run(
            () =>
            {
                most = Math.Max(most, Math.Max(spare.Client!.InFlight, spare.Served!.InFlight));
                return transfer.Step() || transfer.Received > 500_000;
            },
            60 * Second));
        Assert.InRange(most, 0, 200);
        best.Conditions = best.Conditions with { IsCut = true };
        Assert.True(network.Run(transfer.Step, 120 * Second), transfer.ToString());
    }

    /// <summary>A stream that is dead without a word, as where a mapping was forgotten: nothing is lost on it by its own account, and yet both sides go by the other, and leave nothing behind.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AStreamThatFallsSilent_IsLeftByBothSides(bool laterPath)
    {
        using var network = new SimulatedNetwork(16);
        var profile = new LifelineProfile { Name = "stream", IsReliable = true, AcknowledgementDelay = 20_000, AcknowledgeEvery = 16 };
        SimulatedPath first = network.AddPath(new PathConditions { Mtu = 10_000 }, profile);
        var transfer = new SimulatedTransfer(network, 2_000_000, 2_000_000, 16);
        Assert.True(network.Run(() => transfer.Step() || transfer.Received > 100_000, 60 * Second));
        if (!laterPath)
        {
            SimulatedPath second = network.AddPath(new PathConditions { Mtu = 10_000 }, profile);
            Assert.True(network.Run(() => transfer.Step() || second.Served is not null, 10 * Second));
        }

        Assert.True(network.Run(() => transfer.Step() || (first.Client!.InFlight > 0 && first.Served!.InFlight > 0), 10 * Second));
        first.Conditions = first.Conditions with { IsCut = true };
        if (laterPath)
        {
            Assert.False(network.Run(transfer.Step, 40 * Second));
            Assert.InRange(first.Client!.Timeouts, 5, 10);
            network.AddPath(new PathConditions { Mtu = 10_000 }, profile);
            Assert.True(network.Run(transfer.Step, 5 * Second), transfer.ToString());
            return;
        }

        Assert.True(network.Run(transfer.Step, 30 * Second), transfer.ToString());
        first.Conditions = first.Conditions with { IsCut = false };
        Assert.True(network.Run(() => first.Client!.Timeouts == 0 && first.Served!.Timeouts == 0, 60 * Second), "the path that lives again");
    }

    /// <summary>The keys of a path follow from its handshake alone: to make it again would be to use its nonces again.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AConfirmation_MakesNoPathASecondTime(bool alsoTheSession)
    {
        var confirmations = new List<byte[]>();
        using var network = new SimulatedNetwork(17);
        network.Tamper = (toServer, datagram) =>
        {
            if (toServer && datagram[0] == 0x13) confirmations.Add(datagram);
            return [datagram];
        };
        SimulatedPath path = network.AddPath(new PathConditions());
        Assert.True(network.Run(() => path.Served is not null && path.Client is { IsConfirmed: true }, 10 * Second));
        if (alsoTheSession) network.Server.Remove(network.Served!);
        else network.Server.Remove(path.Served!);
        Assert.NotEmpty(confirmations);
        byte[] answer = new byte[1500];
        foreach (byte[] confirmation in confirmations)
        {
            Assert.Equal(0, network.Server.Receive(confirmation, path.Profile, answer, network.Now, out LifelineArrival arrival));
            Assert.False(arrival.IsAuthentic);
        }

        Assert.Equal((alsoTheSession ? 0 : 1, 0), (network.Server.SessionCount, network.Server.PathCount));
    }

    /// <summary>The last 4096 numbers are known one by one, wherever in its words the window stands.</summary>
    [Fact]
    public void TheReplayWindow_ForgetsNothingThatIsInIt()
    {
        var window = new ReplayWindow();
        for (long number = 0; number < 10_000; number++)
        {
            Assert.True(window.IsNew(number));
            window.Note(number);
            for (long old = Math.Max(0, number - 4200); old <= number; old += old < number - 3900 || old > number - 70 ? 1 : 61) Assert.False(window.IsNew(old), $"{old} after {number}");
        }

        window.Note(10_100);
        Assert.True(window.IsNew(10_099));
        Assert.False(window.IsNew(9_999));
        Assert.False(window.IsNew(10_100 - 4096)); // too old to tell
    }

    /// <summary>Who has no key gets room as he uses it; who has one, the whole window at once.</summary>
    [Theory]
    [InlineData(false, 70_000)]
    [InlineData(true, 256 * 1024)]
    public void AStranger_FillsNoWindow_ThatHeHasNotUsed(bool keyed, int most)
    {
        using var network = new SimulatedNetwork(18, keyed);
        network.AddPath(new PathConditions());
        Assert.True(network.Run(() => network.Served is not null, 10 * Second));
        var octets = new byte[256 * 1024];
        network.Client!.Write(octets);
        Assert.True(network.Run(() => network.Served!.Readable > 0, 10 * Second));
        Assert.Equal(1, network.Served!.Read(octets.AsSpan(0, 1)));
        Assert.False(network.Run(() => false, 10 * Second));
        Assert.InRange(network.Served.Readable, most / 2, most);

        // Once what runs above knows him, there is no difference.
        network.Served.GrantWindow();
        Assert.True(network.Run(() => network.Served.Readable == octets.Length - 1, 10 * Second));
    }

    /// <summary>Many pieces with gaps between them cost more than they bring.</summary>
    [Fact]
    public void PiecesWithoutNumber_EndTheSession()
    {
        using var network = new SimulatedNetwork(19, options: new LifelineOptions { Window = 4 * 1024 * 1024 });
        bool odd = false;
        network.Tamper = (toServer, datagram) => toServer && datagram[0] == 0x10 && (odd = !odd) ? [] : [datagram];
        SimulatedPath path = network.AddPath(new PathConditions { Spacing = 1, Delay = 2 * Second }, new LifelineProfile { Name = "wide", TagLength = 8, MostPackets = 1_000_000, InitialRoundTrip = 60 * Second, MinimumTimeout = 60 * Second });
        Assert.True(network.Run(() => path.Client is { IsConfirmed: true }, 200 * Second));
        path.Conditions = path.Conditions with { Mtu = 64 };
        Assert.True(network.Run(
            () =>
            {
                network.Client!.Write(new byte[65_536]);
                return network.Served!.End != LifelineEnd.None;
            },
            100 * Second));
        Assert.Equal(LifelineEnd.ProtocolViolation, network.Served!.End);
    }

    /// <summary>A carrier may be busy for long: what is due then is told once, and not each millisecond.</summary>
    [Fact]
    public void WhatIsDueAndCannotLeave_IsNotDueAgain()
    {
        using var network = new SimulatedNetwork(20);
        SimulatedPath path = network.AddPath(new PathConditions());
        Assert.True(network.Run(() => path.Client is { IsConfirmed: true }, 10 * Second));
        Assert.False(network.Run(() => false, Second));
        network.Client!.Write([1]);
        Assert.True(network.Run(() => network.Served!.Readable > 0, 10 * Second));
        long due = network.Served!.Deadline!.Value;
        Assert.InRange(due, network.Now, network.Now + 10_000);
        network.Served.Tick(due);
        Assert.True(network.Served.WantsToSend(path.Served!, due));
        Assert.True(network.Served.Deadline > due + Second);
    }

    [Fact]
    public void MutatedForgedAndReplayed_ChangeNothing()
    {
        var chance = new Random(14);
        var seen = new List<byte[]>();
        long forged = 0;
        using var network = new SimulatedNetwork(14);
        network.Tamper = (toServer, datagram) =>
        {
            if (seen.Count < 2000) seen.Add(datagram);
            var all = new List<byte[]> { datagram };
            for (int i = 0; i < 60; i++)
            {
                byte[] copy = [.. seen[chance.Next(seen.Count)]];
                if (i > 1)
                {
                    for (int n = chance.Next(1, 4); n > 0; n--) copy[chance.Next(copy.Length)] ^= (byte)(1 << chance.Next(8));
                    if (chance.Next(4) == 0) copy = copy[..chance.Next(copy.Length + 1)];
                }

                all.Add(copy);
                forged++;
            }

            return all;
        };
        network.AddPath(new PathConditions());
        var transfer = new SimulatedTransfer(network, 400_000, 400_000, 14);
        Assert.True(network.Run(transfer.Step, 600 * Second), transfer.ToString());
        Assert.True(forged > 40_000, $"{forged} forged");
        Assert.False(network.Run(static () => false, Second)); // what is still under way arrives

        // And a million more, at a server that holds a session: nothing is accepted, and nothing made.
        var profile = new LifelineProfile { Name = "test" };
        byte[] answer = new byte[1500];
        for (int i = 0; i < 1_000_000; i++)
        {
            byte[] copy = [.. seen[chance.Next(seen.Count)]];
            if (i % 8 != 0) copy[chance.Next(copy.Length)] ^= (byte)(1 << chance.Next(8)); // else replayed as it was
            if (i % 16 == 1) copy = copy[..chance.Next(copy.Length + 1)];
            network.Server.Receive(copy, profile, answer, network.Now, out LifelineArrival arrival);
            Assert.False(arrival.IsAuthentic);
        }

        Assert.Equal((1, 1), (network.Server.SessionCount, network.Server.PathCount));
    }

    [Fact]
    public void AStranger_GetsNoAnswer_AndMakesNoState()
    {
        var random = new Random(15);
        using var server = new LifelineServer(new LifelineServerOptions { Keys = [CarrierKey.Generate()] }, random.NextBytes);
        var profile = new LifelineProfile { Name = "test", TagLength = 8 };
        byte[] room = new byte[1500];
        var wrong = new LifelineClientHandshake(profile, CarrierKey.Generate(), null, random.NextBytes, 0);
        int length = wrong.Poll(room, 0);
        byte[] hello = room[..length];
        Assert.Equal(0, server.Receive(hello, profile, room, 0, out _));
        var keyless = new LifelineClientHandshake(profile, null, null, random.NextBytes, 0);
        length = keyless.Poll(room, 0);
        hello = room[..length];
        Assert.Equal(0, server.Receive(hello, profile, room, 0, out _));
        for (int i = 0; i < 200_000; i++)
        {
            byte[] datagram = new byte[random.Next(0, 150)];
            random.NextBytes(datagram);
            if (datagram.Length > 0) datagram[0] = (byte)(0x10 + random.Next(5));
            Assert.Equal(0, server.Receive(datagram, profile, room, 0, out LifelineArrival arrival));
            Assert.False(arrival.IsAuthentic);
        }

        Assert.Equal((0, 0), (server.SessionCount, server.PathCount));
    }
}
