using System.Text.Json;
using Adit.Cli.CommandLine;
using Adit.Cli.Terminal;

namespace Adit.Cli.Tests.Mtu;

/// <summary><c>adit mtu</c> as a person and as a program read it.</summary>
public sealed class MtuCommandTests
{
    [Fact]
    public async Task Text_HasARowALayer_AndWhatFits()
    {
        string text = await RunAsync("ip4/gre+key/ip4/tcp");
        Assert.Contains("gre+key       8     28    1472  flags, version 2, protocol 2, key 4 (RFC 2784, 2890)\n", text, StringComparison.Ordinal);
        Assert.Contains("inner MTU  1472\n", text, StringComparison.Ordinal);
        Assert.Contains("MSS        1432\n", text, StringComparison.Ordinal);
        Assert.Contains("packet     1472 inside, 1500 outside\n", text, StringComparison.Ordinal);
        Assert.Contains("security   nothing in this stack encrypts or authenticates", text, StringComparison.Ordinal);
        Assert.DoesNotContain("warning", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_IsComplete()
    {
        using JsonDocument json = JsonDocument.Parse(await RunAsync("eth/ip6/gre+key+csum/eth/ip4", "--inner", "1500", "--output", "json"));
        JsonElement root = json.RootElement;
        Assert.Equal((1434, 1566, 2), (root.GetProperty("inner-mtu").GetInt32(), root.GetProperty("outer-octets").GetInt32(), root.GetProperty("fragments").GetInt32()));
        Assert.False(root.GetProperty("protected").GetBoolean());
        Assert.Equal(5, root.GetProperty("layers").GetArrayLength());
        Assert.Equal("checksum, reserved", root.GetProperty("layers")[2].GetProperty("fields")[2].GetProperty("name").GetString());
    }

    [Fact]
    public async Task TcpOverTcp_IsWarnedOf()
    {
        string text = await RunAsync("ip4/tcp/ssh/ip4/tcp");
        Assert.Contains("warning    TCP over TCP", text, StringComparison.Ordinal);
        Assert.Contains("security   ssh encrypts and authenticates", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ip4/gre/ip4/udb")]
    [InlineData("ip4", "--mtu", "67")]
    [InlineData("ip4", "--inner", "0")]
    public async Task WhatIsWrong_IsWrongUsage(params string[] arguments) => await Assert.ThrowsAsync<UsageException>(() => RunAsync(arguments));

    private static async Task<string> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.Equal(0, await AditCommand.InvokeAsync(["mtu", .. arguments], output, error));
        return output.ToString();
    }
}
