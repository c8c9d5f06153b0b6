using System.Text;
using Adit.TestKit.Codecs;
using Adit.Wire.Http;
using Adit.Wire.HttpProxy;

namespace Adit.Wire.Tests.HttpProxy;

public sealed class ConnectHandshakeTests
{
    private const string Asked = "[CONNECT example.net:443 HTTP/1.1|Host: example.net:443||] ";
    private const string Authorized = "[CONNECT example.net:443 HTTP/1.1|Host: example.net:443|Proxy-Authorization: Basic YWxpY2U6c2VjcmV0||] ";

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nSSH-2.0-x", Asked + "Succeeded; left SSH-2.0-x")]
    [InlineData("HTTP/1.0 299 Fine\r\nContent-Length: 9\r\n\r\npayload", Asked + "Succeeded; left payload")]
    [InlineData("HTTP/1.1 102 Wait\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", Asked + "Succeeded; left ")]
    [InlineData("HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nwhy", Asked + "Failed Denied: 403 Forbidden")]
    [InlineData("HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nContent-Length: 8\r\n\r\nrule\x1b[ 7", Asked + "Failed Denied: 403 Forbidden: rule [ 7")]
    [InlineData("HTTP/1.1 502 Bad\r\nProxy-Status: p; error=dns_error\r\nContent-Length: 0\r\n\r\n", Asked + "Failed NameNotResolved: 502 Bad, p; error=dns_error")]
    [InlineData("HTTP/1.1 502 Bad\r\nProxy-Status: a, p; error=\"connection_refused\"\r\nContent-Length: 0\r\n\r\n", Asked + "Failed ConnectionRefused: 502 Bad, a, p; error=\"connection_refused\"")]
    [InlineData("HTTP/1.1 503 S\r\nX-Squid-Error: ERR_DNS_FAIL 0\r\nContent-Length: 0\r\n\r\n", Asked + "Failed NameNotResolved: 503 S, ERR_DNS_FAIL 0")]
    [InlineData("HTTP/1.1 503 S\r\nX-Squid-Error: ERR_CONNECT_FAIL 110\r\nContent-Length: 0\r\n\r\n", Asked + "Failed TimedOut: 503 S, ERR_CONNECT_FAIL 110")]
    [InlineData("HTTP/1.1 504 Late\r\nContent-Length: 0\r\n\r\n", Asked + "Failed TimedOut: 504 Late")]
    [InlineData("HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n", Asked + "Failed NotSupported: 405 No")]
    [InlineData("HTTP/1.0 500 Unable to connect\r\n\r\nwords until the end", Asked + "end: Failed Other: 500 Unable to connect")]
    [InlineData("HTTP/1.1 407 Auth\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n", Asked + "Failed CredentialsRequired: 407 Auth")]
    [InlineData("SSH-2.0-OpenSSH\r\n", Asked + "Failed Malformed: status line: expected HTTP/1.1 CODE REASON")]
    [InlineData("", Asked + "end: Failed Other: expected a response, got the end of the connection")]
    public void Answer_IsJudged_HoweverItIsSplit(string answer, string expected) =>
        Assert.Equal(expected, SplitCheck.Run(Encoding.Latin1.GetBytes(answer), p => HttpProxyTargets.Connect(p, null, false)));

    [Theory]
    [InlineData("HTTP/1.1 407 Auth\r\nProxy-Authenticate: Basic\r\nContent-Length: 5\r\n\r\nsorryHTTP/1.1 200 OK\r\n\r\nx", Asked + Authorized + "Succeeded; left x")]
    [InlineData("HTTP/1.1 407 Auth\r\nProxy-Authenticate: Basic\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\nx", Asked + Authorized + "Succeeded; left x")]
    [InlineData("HTTP/1.1 407 Auth\r\nProxy-Authenticate: Basic\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", Asked + Authorized + "Reconnect")]
    [InlineData("HTTP/1.0 407 Auth\r\nProxy-Authenticate: Basic\r\n\r\n", Asked + Authorized + "Reconnect")]
    [InlineData("HTTP/1.1 407 Auth\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\nHTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n", Asked + Authorized + "Failed CredentialsRefused: 407 No")]
    [InlineData("HTTP/1.1 407 Auth\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n", Asked + Authorized + Authorized + "end: Reconnect None: ")]
    [InlineData("HTTP/1.1 407 Auth\r\nProxy-Authenticate: Negotiate\r\nContent-Length: 0\r\n\r\n", Asked + "Failed CredentialsRequired: 407 Auth")]
    [InlineData("HTTP/1.1 407 Auth\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\nHTTP/1.0 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", Asked + Authorized + "Failed CredentialsRefused: 401 Unauthorized")]
    public void Challenge_IsAnswered_HoweverItIsSplit(string answer, string expected) =>
        Assert.Equal(expected, SplitCheck.Run(Encoding.Latin1.GetBytes(answer), p => HttpProxyTargets.Connect(p, HttpProxyTargets.Authenticator(), false)));

    [Fact]
    public void AfterAReconnect_TheNewConnectionIsJudgedLikeTheFirst()
    {
        var client = new ConnectHandshake(new HttpAuthority("2001:db8::1", 22), HttpProxyTargets.Authenticator());
        Assert.StartsWith("CONNECT [2001:db8::1]:22 HTTP/1.1\r\nHost: [2001:db8::1]:22\r\n\r\n", Encoding.Latin1.GetString(client.TakeOutput()), StringComparison.Ordinal);
        Assert.Equal(ConnectEvent.Reconnect, client.Receive("HTTP/1.0 407 Auth\r\nProxy-Authenticate: Basic\r\n\r\nwords"u8, out _));
        Assert.Contains("Proxy-Authorization: Basic ", Encoding.Latin1.GetString(client.TakeOutput()), StringComparison.Ordinal);
        Assert.Equal(ConnectEvent.Succeeded, client.Receive("HTTP/1.0 200 OK\r\n\r\nx"u8, out int consumed));
        Assert.Equal("HTTP/1.0 200 OK\r\n\r\n".Length, consumed);
    }

    [Fact]
    public void NonceThatIsAlwaysStale_EndsIt()
    {
        string stale = "HTTP/1.1 407 Auth\r\nProxy-Authenticate: Digest realm=r, nonce=n, qop=auth, stale=true\r\nContent-Length: 0\r\n\r\n";
        string log = HttpProxyTargets.Connect([Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat(stale, 20)))], HttpProxyTargets.Authenticator(), false);
        Assert.EndsWith("Failed CredentialsRefused: 407 Auth", log, StringComparison.Ordinal);
        Assert.Equal(4, log.Split("CONNECT ").Length - 1);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n\r\nx", Asked + "Succeeded; left x")]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", "Failed NotSupported: 200 OK")]
    public void AfterAnUpgrade_TheAnswerToOptionsComesFirst(string answer, string expected) =>
        Assert.Equal(expected, SplitCheck.Run(Encoding.Latin1.GetBytes(answer), p => HttpProxyTargets.Connect(p, null, true)));

    [Fact]
    public void EndlessHeadAndInterimResponses_AreBounded()
    {
        string log = HttpProxyTargets.Connect([Encoding.Latin1.GetBytes("HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Repeat("X: " + new string('y', 1000) + "\r\n", 40)))], null, false);
        Assert.Contains("Failed Malformed", log, StringComparison.Ordinal);
        log = HttpProxyTargets.Connect([Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 40)))], null, false);
        Assert.Contains("Failed Malformed", log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: TLS/1.0, HTTP/1.1\r\nConnection: Upgrade\r\n\r\n", "Succeeded None: ")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: TLS/1.2\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "Failed Malformed: 101: expected nothing behind it before TLS, got more")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", "Failed Malformed: 101: expected Upgrade: TLS/1.x")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "Failed NotSupported: 200 OK")]
    [InlineData("HTTP/1.1 407 Auth\r\nProxy-Authenticate: Basic\r\n\r\n", "Failed NotSupported: 407 Auth")]
    [InlineData("HTTP/1.1 1", "Failed Other: expected 101, got the end of the connection")]
    public void Upgrade_IsJudged(string answer, string expected) => Assert.Equal(expected, HttpProxyTargets.Upgrade([Encoding.Latin1.GetBytes(answer)]));

    [Fact]
    public void Upgrade_SaysNothingButTheNameOfTheProxy() => Assert.Equal(
        "OPTIONS * HTTP/1.1\r\nHost: proxy:3128\r\nUpgrade: TLS/1.2, TLS/1.1, TLS/1.0\r\nConnection: Upgrade\r\n\r\n",
        Encoding.Latin1.GetString(new UpgradeHandshake(new HttpAuthority("proxy", 3128)).TakeOutput()));

    [Theory]
    [MemberData(nameof(Targets))]
    public void MutatedAnswers_NeverThrow(string name) => MutationRunner.Run(HttpProxyTargets.All.Single(t => t.Name == name), MutationRunner.Seed, MutationRunner.Count / 4);

    public static TheoryData<string> Targets() => [.. HttpProxyTargets.All.Select(t => t.Name)];
}
