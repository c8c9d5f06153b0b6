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
    [InlineData("tcp://a:80/t", "expected tcp://ADDRESS:PORT, ws")]
    [InlineData("", "expected tcp://ADDRESS:PORT, ws, wss, http, https://ADDRESS:PORT/PATH, dns")]
    [InlineData("0.0.0.0:22", "expected tcp://ADDRESS:PORT, ws, wss, http, https://ADDRESS:PORT/PATH, dns")]
    [InlineData("tcp://0.0.0.0", "expected tcp://ADDRESS:PORT, ws, wss, http, https://ADDRESS:PORT/PATH, dns")]
    [InlineData("tcp://:22", "expected tcp://ADDRESS:PORT, ws, wss, http, https://ADDRESS:PORT/PATH, dns")]
    [InlineData("tcp://::1:22", "expected tcp://ADDRESS:PORT, ws, wss, http, https://ADDRESS:PORT/PATH, dns")]
    [InlineData("tcp://a:70000", "expected tcp://ADDRESS:PORT, ws, wss, http, https://ADDRESS:PORT/PATH, dns")]
    [InlineData("tcp://u:p@a:22", "expected tcp://ADDRESS:PORT, ws, wss, http, https://ADDRESS:PORT/PATH, dns")]
    [InlineData("tcp://a:22?resume", "tcp: query: expected key after \"?\", got 'resume'")]
    [InlineData("dns://0.0.0.0:53?key=f", "dns: expected the domain that is delegated to this server")]
    [InlineData("dns://0.0.0.0:53/t", "dns: expected key=FILE")]
    [InlineData("dns://0.0.0.0:53/t?key=f&domain=u", "dns: expected the domain either as the path or as domain=, got both")]
    [InlineData("dns://0.0.0.0:53/t?kye=f", "dns: query: expected key, domain")]
    [InlineData("mqtt://me:secret@broker/adit", "mqtt://me:***@broker/adit: expected key=FILE")]
    [InlineData("sms+modem://ttyUSB0?key=f", "hop \"sms+modem://ttyUSB0?key=f\": device: expected")]
    [InlineData("gopher://a:1", "expected tcp://ADDRESS:PORT, ws, wss, http, https://ADDRESS:PORT/PATH, dns://ADDRESS:PORT/DOMAIN?key=…, mqtt or mqtts://BROKER/PREFIX?key=…, sms+smpp://USER@CENTRE?key=… or sms+modem:///DEVICE?key=…, got the unknown scheme 'gopher'")]
    public void Other_SaysWhatWasExpected(string text, string expected)
    {
        Assert.False(ListenUri.TryParse(text, out _, out string? why));
        Assert.StartsWith(expected, why);
        Assert.DoesNotContain("secret", why);
    }

    [Theory]
    [InlineData("dns://0.0.0.0:53/t.example.com?key=/k&ns=ns.example.com", "dns", true)]
    [InlineData("mqtts://me:secret@broker:8884/adit/x?key=/k&rate=0", "mqtts", false)]
    [InlineData("sms+smpp://me@centre?key=/k&from=%2B49170", "sms+smpp", false)]
    [InlineData("sms+modem:///dev/ttyUSB0?key=/k", "sms+modem", false)]
    public void Messages_HaveAKey(string text, string scheme, bool isBound)
    {
        Assert.True(ListenUri.TryParse(text, out ListenUri? uri, out string? why), why);
        Assert.Equal((scheme, isBound, true, "/k"), (uri!.Scheme, uri.IsBound, uri.IsMessages, uri.Key));
        Assert.DoesNotContain("secret", uri.ToString());
        Assert.DoesNotContain("secret", uri.ToText());
        Assert.True(ListenUri.TryParse(uri.ToText(), out ListenUri? again, out why), why);
        Assert.Equal(uri.ToText(), again!.ToText());
    }
}
