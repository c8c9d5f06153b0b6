using System.Text;
using System.Text.Json;
using Adit.Cli.Logging;
using Microsoft.Extensions.Logging;

namespace Adit.Cli.Tests.Logging;

public sealed class LineLoggerTests
{
    [Fact]
    public void Text_IsOneLine_WhateverAPeerSends()
    {
        string log = Capture(LogForm.Text, l => l.LogInformation("user {User} refused", "a\r\nforged \u001b[31m"));
        Assert.Equal("info Test: user a\\u000d\\nforged \\u001b[31m refused\n", log[25..]);
    }

    [Fact]
    public void Json_CarriesValues_AndNoSecrets()
    {
        string log = Capture(LogForm.Json, l => l.LogWarning(new IOException("broken"), "dial {Hop} {Port} {Password}", "socks5://me:hunter2@p", 22, "hunter2"));
        using JsonDocument json = JsonDocument.Parse(log);
        JsonElement values = json.RootElement.GetProperty("values");
        Assert.Equal("warn", json.RootElement.GetProperty("level").GetString());
        Assert.Equal("broken", json.RootElement.GetProperty("error").GetString());
        Assert.Equal(22, values.GetProperty("Port").GetInt32());
        Assert.Equal("socks5://me:***@p", values.GetProperty("Hop").GetString());
        Assert.Equal("***", values.GetProperty("Password").GetString());
    }

    [Fact]
    public void QuieterLevels_AreLeftOut() => Assert.Empty(Capture(LogForm.Text, l => l.LogDebug("hidden")));

    [Fact]
    public void BrokenStream_IsNoError()
    {
        using var closed = new LineLoggerFactory(ClosedStream(), LogLevel.Information, LogForm.Text);
        closed.CreateLogger("Test").LogInformation("x");
        Assert.Null(Record.Exception(() => closed.CreateLogger("Test").LogInformation("y")));
    }

    private static MemoryStream ClosedStream()
    {
        var stream = new MemoryStream();
        stream.Dispose();
        return stream;
    }

    private static string Capture(LogForm form, Action<ILogger> act)
    {
        using var stream = new MemoryStream();
        using var factory = new LineLoggerFactory(stream, LogLevel.Information, form);
        act(factory.CreateLogger("Test"));
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
