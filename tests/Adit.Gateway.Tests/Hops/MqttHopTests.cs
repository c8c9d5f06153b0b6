using Adit.Carriers.Mqtt;
using Adit.Core;
using Adit.Core.Hops;
using Adit.Core.Lifeline;
using Adit.Gateway.Hops;
using Adit.Wire.Mqtt;

namespace Adit.Gateway.Tests.Hops;

/// <summary>What an mqtt:// URI says.</summary>
public sealed class MqttHopTests
{
    [Fact]
    public void Defaults_AreThoseOfTheDocumentation()
    {
        MqttBrokerOptions options = Of("");
        Assert.Equal(("adit", "gateway", null, 1_000_000L, null), (options.Prefix, options.Server, options.WebSocketPath, options.Rate, options.Tls));
        Assert.Equal([MqttVersion.V5, MqttVersion.V311], options.Versions);
    }

    [Fact]
    public void Path_IsThePrefix_AndTheQueryTheRest()
    {
        MqttBrokerOptions options = Of("/a/b%20c", ("server", "other"), ("ws", "mqtt"), ("rate", "250k"), ("version", "3.1.1"));
        Assert.Equal(("a/b c", "other", "/mqtt", 250_000L), (options.Prefix, options.Server, options.WebSocketPath, options.Rate));
        Assert.Equal([MqttVersion.V311], options.Versions);
        Assert.Equal(0, Of("", ("rate", "0")).Rate);
    }

    [Theory]
    [InlineData("/a/+", "server", "x", "prefix: expected a name without")]
    [InlineData("/$SYS", "server", "x", "prefix: expected another first character")]
    [InlineData("", "server", "a/b", "server: expected one level")]
    [InlineData("", "server", "#", "server: expected a name without")]
    [InlineData("", "rate", "fast", "rate: expected 1k to")]
    [InlineData("", "rate", "1", "rate: expected 1k to")]
    [InlineData("", "rate", "99999999999999999999", "rate: expected 1k to")]
    [InlineData("", "presence", "maybe", "presence: expected yes or no")]
    [InlineData("", "version", "4", "version: expected 5 or 3.1.1")]
    public void WhatIsWrong_IsSaid(string path, string key, string value, string message)
    {
        TunnelException e = Assert.Throws<TunnelException>(() => Of(path, (key, value)));
        Assert.Equal(TunnelError.BadConfiguration, e.Error);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("yes", 1)]
    [InlineData("", 1)]
    [InlineData("no", 0)]
    public void Presence_TakesTheCarrierKeys_OnlyWhereItIsWanted(string value, int expected)
    {
        HopUri hop = HopUri.Parse($"mqtt://broker/adit?key=FILE&presence={value}", "test");
        Assert.Equal(expected, MqttHop.OptionsOf(hop, () => expected > 0 ? [CarrierKey.Generate()] : throw new InvalidOperationException()).PresenceKeys?.Invoke().Count ?? 0);
        Assert.Contains("at most 512", Assert.Throws<TunnelException>(() => MqttHop.OptionsOf(HopUri.Parse("mqtt://broker/adit?presence=yes", "test"), () => new CarrierKey[513])).Message, StringComparison.Ordinal);
    }

    /// <summary>Of mqtts:// key= is the carrier key also where cert= stands; of streams it is the certificate's.</summary>
    [Fact]
    public void CarrierKey_StandsBesideACertificate()
    {
        Assert.Equal("FILE", CarrierDialers.FileOf(HopUri.Parse("mqtts://broker/adit?key=FILE&cert=OTHER", "test")));
        Assert.Null(CarrierDialers.FileOf(HopUri.Parse("wss://gateway/t?key=FILE&cert=OTHER", "test")));
        Assert.Equal("FILE", CarrierDialers.FileOf(HopUri.Parse("wss://gateway/t?key=FILE", "test")));
    }

    private static MqttBrokerOptions Of(string path, params (string Key, string Value)[] query) => MqttHop.OptionsOf(new HopUri
    {
        Scheme = HopScheme.Find("mqtt")!,
        Host = "broker",
        Port = 1883,
        Path = path,
        Query = query.ToDictionary(q => q.Key, q => q.Value),
    });
}
