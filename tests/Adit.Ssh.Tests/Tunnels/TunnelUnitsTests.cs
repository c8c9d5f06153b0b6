using Adit.Ssh.Config;

namespace Adit.Ssh.Tests.Tunnels;

public sealed class TunnelUnitsTests
{
    [Theory]
    [InlineData("0:1", "0:1")]
    [InlineData("3", "3:any")]
    [InlineData("any", "any:any")]
    [InlineData("ANY:7", "any:7")]
    [InlineData("2147483645:any", "2147483645:any")]
    public void Text_IsRead(string text, string means)
    {
        Assert.True(TunnelUnits.TryParse(text, out TunnelUnits? units));
        Assert.Equal(means, units.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(":")]
    [InlineData("1:")]
    [InlineData("-1")]
    [InlineData("foo")]
    [InlineData("1:2:3")]
    [InlineData("2147483646")]
    public void OtherText_IsNot(string text) => Assert.False(TunnelUnits.TryParse(text, out _));
}
