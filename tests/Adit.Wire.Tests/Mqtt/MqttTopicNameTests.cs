using System.Text;
using Adit.Wire.Mqtt;

namespace Adit.Wire.Tests.Mqtt;

/// <summary>MQTT 5 §4.7, by its own examples.</summary>
public sealed class MqttTopicNameTests
{
    [Theory]
    [InlineData("sport/tennis/player1", "sport/tennis/player1", true)]
    [InlineData("sport/tennis/player1", "sport/tennis/player", false)]
    [InlineData("sport/tennis", "sport/tennis/player1", false)]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1", true)]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1/ranking", true)]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true)]
    [InlineData("sport/tennis/player1/#", "sport/tennis/player10", false)]
    [InlineData("sport/#", "sport", true)]
    [InlineData("#", "sport", true)]
    [InlineData("sport/tennis/+", "sport/tennis/player1", true)]
    [InlineData("sport/tennis/+", "sport/tennis/player1/ranking", false)]
    [InlineData("sport/+", "sport", false)]
    [InlineData("sport/+", "sport/", true)]
    [InlineData("+/+", "/finance", true)]
    [InlineData("/+", "/finance", true)]
    [InlineData("+", "/finance", false)]
    [InlineData("+/tennis/#", "sport/tennis", true)]
    [InlineData("#", "$SYS/broker", false)]
    [InlineData("+/monitor/clients", "$SYS/monitor/clients", false)]
    [InlineData("$SYS/#", "$SYS/broker", true)]
    [InlineData("$SYS/monitor/+", "$SYS/monitor/clients", true)]
    [InlineData("Sport", "sport", false)]
    public void Matches_AsTheSpecificationSays(string filter, string topic, bool expected)
    {
        Assert.True(MqttTopicName.IsFilter(Encoding.UTF8.GetBytes(filter)));
        Assert.Equal(expected, MqttTopicName.Matches(Encoding.UTF8.GetBytes(filter), Encoding.UTF8.GetBytes(topic)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("sport/tennis#")]
    [InlineData("sport/tennis/#/ranking")]
    [InlineData("sport+")]
    [InlineData("+sport/a")]
    [InlineData("##")]
    [InlineData("a\0b")]
    public void IsFilter_RefusesWildcardsElsewhere(string filter) => Assert.False(MqttTopicName.IsFilter(Encoding.UTF8.GetBytes(filter)));
}
