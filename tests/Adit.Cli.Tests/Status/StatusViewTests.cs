using Adit.Cli.Status;
using Adit.Gateway.Status;

namespace Adit.Cli.Tests.Status;

/// <summary>What "adit status" and "adit top" show of the same process.</summary>
public sealed class StatusViewTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Text_NamesEverything()
    {
        using var to = new StringWriter();
        StatusText.Write("/s", [Process(1_000_000, 5)], ["control socket: /s/run/9.sock: expected an answer, got silence"], Now, to);
        Assert.Equal(
            """
            adit up /etc/adit.yaml, pid 7, for 1h00m, version 1.2.3
              reload 10s ago: nothing is changed: a.yaml:1:1: wrong
              forward  127.0.0.1:5432 to db:5432
                       via connect://p: failed, 2m00s, 3 failed: proxy unreachable
                       via ssh://me@b: connected, 5m00s, 1.0 kB up, 2.0 kB down
                       2 now, 9 in all, 0 refused, 3 failed; 1.0 MB up, 5 B down
                         192.0.2.1:4711  db:5432    1m00s  1.0 MB up, 5 B down
                         and 1 more

            control socket: /s/run/9.sock: expected an answer, got silence

            """.ReplaceLineEndings("\n"),
            to.ToString());
    }

    [Fact]
    public void Link_TellsPackets_Drops_AndSegmentsABatch()
    {
        var link = new LinkStatus
        {
            Type = "gre", Device = "t0", Mtu = 1472, State = "loop", Problem = "route to 192.0.2.2: …",
            Sent = new LinkFlow { Packets = 10, Segments = 1000, Octets = 1_400_000, Batches = 10, SegmentsPerBatch = 100 },
            SentOutside = new LinkFlow { Packets = 1000, Segments = 1000, Octets = 1_428_000, Batches = 25, SegmentsPerBatch = 40 },
            Drops = new Dictionary<string, long> { ["too-big"] = 1, ["wrong-key"] = 3 },
            Captures = [new CaptureStatus("/c", 5, 2)],
        };
        ProcessStatus process = new() { Version = "1", Pid = 7, Command = "link", Since = Now, Sections = [new SectionStatus { Kind = "link", Listening = ["t0"], Target = "192.0.2.2", Since = Now, Link = link, Up = 1_400_000, Refused = 4 }] };
        using var to = new StringWriter();
        StatusText.Write("/s", [process], [], Now, to);
        Assert.Equal(
            """
            adit link, pid 7, for 0s, version 1
              link     t0 to 192.0.2.2
                       gre loop: route to 192.0.2.2: …; MTU 1472; neither encrypted nor authenticated
                       sent     1000 packets, 1.4 MB, 100.0 a batch; outside 40.0 a batch
                       received 0 packets, 0 B, 0.0 a batch
                       dropped  wrong-key 3, too-big 1
                       recorded 5 packets in /c, missed 2


            """.ReplaceLineEndings("\n"),
            to.ToString());
        Assert.Contains("         t0 loop: 1000 sent, 0 received, 4 dropped; 40.0 and 0.0 a batch: route to 192.0.2.2: …", new TopView().Draw("/s", [process], [], Now, 160, 50));
    }

    [Fact]
    public void Text_SaysThatNothingRuns()
    {
        using var to = new StringWriter();
        StatusText.Write("/s", [], [], Now, to);
        Assert.Equal("nothing is running (/s/run)\n", to.ToString());
    }

    [Fact]
    public void Top_ShowsDifferencesToTheLookBefore()
    {
        var view = new TopView();
        view.Draw("/s", [Process(1_000_000, 5)], [], Now, 160, 50);
        IReadOnlyList<string> lines = view.Draw("/s", [Process(3_000_000, 5)], [], Now.AddSeconds(2), 160, 50);
        Assert.Contains("1 processes, 2 connections, 1.0 MB/s up, 0 B/s down", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, l => l.StartsWith("      7  forward  127.0.0.1:5432", StringComparison.Ordinal) && l.Contains("  1.0 MB       0 B    3.0 MB       5 B", StringComparison.Ordinal));
        Assert.Contains("         failed: connect://p: proxy unreachable", lines);
        Assert.Contains(lines, l => l.StartsWith("      7  192.0.2.1:4711", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(20, 4)]
    [InlineData(80, 5)]
    public void Top_FitsTheScreen(int width, int height)
    {
        IReadOnlyList<string> lines = new TopView().Draw("/s", [Process(1, 1), Process(1, 1)], [], Now, width, height);
        Assert.True(lines.Count < height);
        Assert.All(lines, l => Assert.True(l.Length <= width));
    }

    [Fact]
    public void ControlCharacters_StayOutOfTheTerminal()
    {
        ProcessStatus process = Process(1, 1);
        process = process with { Sections = [process.Sections[0] with { Target = "\e[2J", Connections = [new ConnectionStatus { From = "\e]0;x\a", Up = 1, Down = 1 }] }] };
        using var to = new StringWriter();
        StatusText.Write("/s", [process], [], Now, to);
        Assert.DoesNotContain('\e', to.ToString());
        Assert.DoesNotContain(new TopView().Draw("/s", [process], [], Now, 100, 50), l => l.Contains('\e'));
    }

    private static ProcessStatus Process(long up, long down) => new()
    {
        Version = "1.2.3",
        Pid = 7,
        Command = "up",
        File = "/etc/adit.yaml",
        Since = Now.AddHours(-1),
        LastReload = new ReloadStatus(Now.AddSeconds(-10), false, "a.yaml:1:1: wrong"),
        Sections =
        [
            new SectionStatus
            {
                Kind = "forward",
                Listening = ["127.0.0.1:5432"],
                Target = "db:5432",
                Hops =
                [
                    new HopStatus { Hop = "connect://p", State = "failed", Since = Now.AddMinutes(-2), Failures = 3, Problem = "proxy unreachable" },
                    new HopStatus { Hop = "ssh://me@b", State = "connected", Since = Now.AddMinutes(-5), Up = 1000, Down = 2000 },
                ],
                Accepted = 9,
                Active = 2,
                Failed = 3,
                Up = up,
                Down = down,
                Connections = [new ConnectionStatus { From = "192.0.2.1:4711", What = "db:5432", Since = Now.AddMinutes(-1), Up = up, Down = down }],
            },
        ],
    };
}
