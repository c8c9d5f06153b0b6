using Adit.Wire.Http;
using Adit.Wire.HttpProxy;

namespace Adit.Wire.Tests.HttpProxy;

public sealed class HttpAuthenticatorTests
{
    // RFC 7616 §3.9.1
    [Theory]
    [InlineData("MD5", "8ca523f5e9506fed4657c9700eebdbec")]
    [InlineData("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1")]
    public void Digest_IsThatOfRfc7616(string algorithm, string response)
    {
        var authenticator = new HttpAuthenticator(new ProxyCredentials("Mufasa", "Circle of Life"), () => "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ");
        Assert.True(authenticator.Challenge(
            Offer($"Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""),
            false,
            out _));
        Assert.Equal(
            $"Digest username=\"Mufasa\", realm=\"http-auth@example.org\", nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", uri=\"/dir/index.html\", response=\"{response}\", algorithm={algorithm}, " +
            "qop=auth, nc=00000001, cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"",
            authenticator.Authorize("GET", "/dir/index.html"));
        Assert.Contains("nc=00000002", authenticator.Authorize("GET", "/dir/index.html"), StringComparison.Ordinal);
    }

    // RFC 2617 §3.5
    [Fact]
    public void Digest_IsThatOfRfc2617()
    {
        var authenticator = new HttpAuthenticator(new ProxyCredentials("Mufasa", "Circle Of Life"), () => "0a4f113b");
        Assert.True(authenticator.Challenge(
            Offer("Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\""), false, out _));
        Assert.Contains("response=\"6629fae49393a05397450978507c4ef1\"", authenticator.Authorize("GET", "/dir/index.html"), StringComparison.Ordinal);
    }

    // RFC 7617 §2 and §2.1
    [Theory]
    [InlineData("Aladdin", "open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")]
    [InlineData("test", "123£", "Basic dGVzdDoxMjPCow==")]
    public void Basic_IsThatOfRfc7617(string user, string password, string value)
    {
        var authenticator = new HttpAuthenticator(new ProxyCredentials(user, password), () => "");
        Assert.Null(authenticator.Authorize("CONNECT", "h:1"));
        Assert.True(authenticator.Challenge(Offer("Basic realm=\"WallyWorld\", charset=\"UTF-8\""), false, out _));
        Assert.Equal(value, authenticator.Authorize("CONNECT", "h:1"));
    }

    [Theory]
    [InlineData("Digest", "Basic realm=x", "Digest realm=y, nonce=n, qop=\"auth\"")]
    [InlineData("Digest", "Digest realm=y, nonce=n, qop=\"auth\", Basic realm=x")]
    [InlineData("Basic", "Negotiate", "NTLM", "Basic realm=x")]
    [InlineData("Basic", "Digest realm=y, nonce=n, qop=\"auth-int\"", "Basic realm=x")]
    [InlineData("Basic", "Digest realm=y, nonce=n, algorithm=SHA-512-256, qop=auth", "basic realm=x")]
    [InlineData("Basic", "Digest realm=y", "Basic realm=\"a, Digest nonce=z\"")]
    public void Strongest_IsTaken(string scheme, params string[] offers)
    {
        var authenticator = new HttpAuthenticator(new ProxyCredentials("u", "p"), () => "c");
        Assert.True(authenticator.Challenge(Offer(offers), false, out _));
        Assert.Equal(scheme, authenticator.Scheme, ignoreCase: true);
    }

    [Fact]
    public void Sha256_IsTakenBeforeMd5()
    {
        var authenticator = new HttpAuthenticator(new ProxyCredentials("u", "p"), () => "c");
        Assert.True(authenticator.Challenge(Offer("Digest realm=y, nonce=a, qop=auth", "Digest realm=y, nonce=b, qop=auth, algorithm=SHA-256"), false, out _));
        Assert.Contains("algorithm=SHA-256", authenticator.Authorize("CONNECT", "h:1"), StringComparison.Ordinal);
    }

    [Fact]
    public void WrongCredentials_AreNotSentAgain_ButStaleOnesAre()
    {
        var authenticator = new HttpAuthenticator(new ProxyCredentials("u", "p"), () => "c");
        Assert.True(authenticator.Challenge(Offer("Digest realm=y, nonce=a, qop=auth"), false, out _));
        Assert.True(authenticator.Challenge(Offer("Digest realm=y, nonce=b, qop=auth, stale=TRUE"), true, out _));
        Assert.Contains("nonce=\"b\"", authenticator.Authorize("CONNECT", "h:1"), StringComparison.Ordinal);
        Assert.False(authenticator.Challenge(Offer("Digest realm=y, nonce=c, qop=auth"), true, out ProxyRefusal refusal));
        Assert.Equal(ProxyRefusal.CredentialsRefused, refusal);
        Assert.Null(authenticator.Authorize("CONNECT", "h:1"));
        Assert.False(authenticator.Challenge(Offer("Negotiate"), false, out refusal));
        Assert.Equal(ProxyRefusal.CredentialsRequired, refusal);
    }

    [Fact]
    public void Credentials_ShowNoPassword() => Assert.DoesNotContain("hidden", new ProxyCredentials("u", "hidden").ToString(), StringComparison.Ordinal);

    private static HttpFields Offer(params string[] values) => new(values.Select(v => new HttpField("Proxy-Authenticate", v)));
}
