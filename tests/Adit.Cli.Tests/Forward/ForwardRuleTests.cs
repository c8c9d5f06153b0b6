using Adit.Cli.Forward;
using Adit.Cli.Terminal;
using Adit.Core;
using Adit.Gateway.Forwards;

namespace Adit.Cli.Tests.Forward;

public sealed class ForwardRuleTests
{
    [Fact]
    public void PortWithoutAddress_IsLoopback() =>
        Assert.Equal([new ForwardPair(new TcpDestination("localhost", 8080), new TcpDestination("intranet", 80))], Pairs("8080=intranet:80"));

    [Fact]
    public void Range_MeetsARange_OrOneTarget()
    {
        Assert.Equal([new TcpDestination("db", 1), new TcpDestination("db", 2)], Pairs("8000-8001=db:1-2").Select(r => r.Target));
        Assert.Equal([new TcpDestination("db", 1), new TcpDestination("db", 1)], Pairs("8000-8001=db:1").Select(r => r.Target));
    }

    [Fact]
    public void UnixSockets_StandOnEitherSide() =>
        Assert.Equal([new ForwardPair(new UnixDestination("/a"), new UnixDestination("/b"))], Pairs("unix:/a=unix:/b"));

    [Theory]
    [InlineData("8080", "expected LISTEN=TARGET")]
    [InlineData("unix:/a=db:1-2", "expected one port for one socket")]
    [InlineData("1-3=db:1-2", "expected as many target ports as listening ones (3), got 2")]
    [InlineData("1=db:0", "target: expected a port from 1")]
    public void WrongRule_SaysWhichPart(string rule, string why) =>
        Assert.Contains(why, Assert.Throws<UsageException>(() => ForwardRule.Parse(rule)).Message, StringComparison.Ordinal);

    [Fact]
    public void TargetWithoutHost_IsTheFarEndItself() =>
        Assert.Equal([new ForwardPair(new UdpDestination("localhost", 53), new UdpDestination("localhost", 5353))], Pairs("53/udp=5353/udp"));

    private static IReadOnlyList<ForwardPair> Pairs(string rule) => ForwardPair.Of(ForwardRule.Parse(rule));
}
