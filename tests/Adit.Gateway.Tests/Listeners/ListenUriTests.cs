using Adit.Gateway.Listeners;

namespace Adit.Gateway.Tests.Listeners;

public sealed class ListenUriTests
{
    [Theory]
    [InlineData("tcp://0.0.0.0:22", "0.0.0.0", 22)]
    [InlineData("TCP://[::]:0/", "::", 0)]
    [InlineData("tcp://localhost:65535", "localhost", 65535)]
    [InlineData("tcp://*:22", "*", 22)]
    public void Address_IsRead(string text, string host, int port)
    {
        Assert.True(ListenUri.TryParse(text, out ListenUri? uri, out string? why), why);
        Assert.Equal(new ListenUri("tcp", host, port), uri);
    }

    [Theory]
    [InlineData("", "expected tcp://ADDRESS:PORT")]
    [InlineData("0.0.0.0:22", "expected tcp://ADDRESS:PORT")]
    [InlineData("tcp://0.0.0.0", "expected tcp://ADDRESS:PORT")]
    [InlineData("tcp://:22", "expected tcp://ADDRESS:PORT")]
    [InlineData("tcp://::1:22", "expected tcp://ADDRESS:PORT")]
    [InlineData("tcp://a:70000", "expected tcp://ADDRESS:PORT")]
    [InlineData("tcp://u:p@a:22", "expected tcp://ADDRESS:PORT")]
    [InlineData("tcp://a:22?resume", "options of tcp:// (after '?') are not there yet")]
    [InlineData("dns://0.0.0.0:53/t?key=secret", "listening on dns:// is not there yet")]
    [InlineData("gopher://a:1", "expected tcp://ADDRESS:PORT, got the unknown scheme 'gopher'")]
    public void Other_SaysWhatWasExpected(string text, string expected)
    {
        Assert.False(ListenUri.TryParse(text, out _, out string? why));
        Assert.StartsWith(expected, why);
        Assert.DoesNotContain("secret", why);
    }
}
