using Adit.Gateway.Forwards;

namespace Adit.Gateway.Tests.Forwards;

public sealed class ForwardEndpointTests
{
    [Theory]
    [InlineData("8080")]
    [InlineData("0")]
    [InlineData("8000-8010")]
    [InlineData("127.0.0.1:80")]
    [InlineData("[::1]:80")]
    [InlineData("db.example:5432")]
    [InlineData("*:80")]
    [InlineData("53/udp")]
    [InlineData("[::1]:5353-5354/udp")]
    [InlineData("unix:/tmp/a:b.sock")]
    public void Text_IsRead_AndWrittenBack(string text)
    {
        Assert.True(ForwardEndpoint.TryParse(text, out ForwardEndpoint? endpoint, out string? why), why);
        Assert.Equal(text, endpoint!.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(":80")]
    [InlineData("::1:80")]
    [InlineData("host:")]
    [InlineData("host:http")]
    [InlineData("host:*")]
    [InlineData("host:70000")]
    [InlineData("9-8")]
    [InlineData("unix:")]
    [InlineData("a b:80")]
    public void Other_SaysWhatWasExpected(string text)
    {
        Assert.False(ForwardEndpoint.TryParse(text, out _, out string? why));
        Assert.StartsWith("expected ", why);
    }

    [Fact]
    public void Udp_IsAnotherPlaceThanTcp()
    {
        Assert.True(ForwardEndpoint.TryParse("53/UDP", out ForwardEndpoint? udp, out _));
        Assert.True(ForwardEndpoint.TryParse("53", out ForwardEndpoint? tcp, out _));
        Assert.True(udp!.IsUdp);
        Assert.NotEqual(udp, tcp);
    }

    [Fact]
    public void LongSocketPath_IsRefused() => Assert.False(ForwardEndpoint.TryParse("unix:/" + new string('a', 107), out _, out _));
}
