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
    [InlineData("ws://0.0.0.0:80/t", "/t", false)]
    [InlineData("WSS://[::1]:443/a/b/", "/a/b", true)]
    [InlineData("http://localhost:8080", "", false)]
    [InlineData("https://*:443/", "", true)]
    public void WebAddress_HasAPath(string text, string path, bool isSecure)
    {
        Assert.True(ListenUri.TryParse(text, out ListenUri? uri, out string? why), why);
        Assert.Equal((path, isSecure, true), (uri!.Path, uri.IsSecure, uri.IsWeb));
        Assert.True(ListenUri.TryParse(uri.ToString(), out ListenUri? again, out _));
        Assert.Equal(uri, again);
    }

    [Theory]
    [InlineData("ws://a:80/a b", "expected a path")]
    [InlineData("ws://a:80/a/../b", "expected a path")]
    [InlineData("ws://a:80/a//b", "expected a path")]
    [InlineData("ws://a:80/%74", "expected a path")]
    [InlineData("tcp://a:80/t", "expected tcp://ADDRESS:PORT or ws")]
    [InlineData("", "expected tcp://ADDRESS:PORT or ws, wss, http, https://ADDRESS:PORT/PATH")]
    [InlineData("0.0.0.0:22", "expected tcp://ADDRESS:PORT or ws, wss, http, https://ADDRESS:PORT/PATH")]
    [InlineData("tcp://0.0.0.0", "expected tcp://ADDRESS:PORT or ws, wss, http, https://ADDRESS:PORT/PATH")]
    [InlineData("tcp://:22", "expected tcp://ADDRESS:PORT or ws, wss, http, https://ADDRESS:PORT/PATH")]
    [InlineData("tcp://::1:22", "expected tcp://ADDRESS:PORT or ws, wss, http, https://ADDRESS:PORT/PATH")]
    [InlineData("tcp://a:70000", "expected tcp://ADDRESS:PORT or ws, wss, http, https://ADDRESS:PORT/PATH")]
    [InlineData("tcp://u:p@a:22", "expected tcp://ADDRESS:PORT or ws, wss, http, https://ADDRESS:PORT/PATH")]
    [InlineData("tcp://a:22?resume", "options of tcp:// (after '?') are not there yet")]
    [InlineData("dns://0.0.0.0:53/t?key=secret", "listening on dns:// is not there yet")]
    [InlineData("gopher://a:1", "expected tcp://ADDRESS:PORT or ws, wss, http, https://ADDRESS:PORT/PATH, got the unknown scheme 'gopher'")]
    public void Other_SaysWhatWasExpected(string text, string expected)
    {
        Assert.False(ListenUri.TryParse(text, out _, out string? why));
        Assert.StartsWith(expected, why);
        Assert.DoesNotContain("secret", why);
    }
}
