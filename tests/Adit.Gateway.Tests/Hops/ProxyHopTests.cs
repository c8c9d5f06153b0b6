using Adit.Core;
using Adit.Core.Certificates;
using Adit.Core.Hops;
using Adit.Core.Streams;
using Adit.Gateway.Hops;
using Adit.Proxies.Clients;

namespace Adit.Gateway.Tests.Hops;

public sealed class ProxyHopTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("adit-hops").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Credentials_ComeFromUriFileOrEnvironment()
    {
        Assert.Equal((null, null), HopCredentials.Of(Hop("socks5://h")));
        Assert.Equal(("u", null), HopCredentials.Of(Hop("socks5://u@h")));
        Assert.Equal(("u@x", "p:q"), HopCredentials.Of(Hop("connect://u%40x:p%3Aq@h")));
        string file = Write("auth", "me:pass:word\nmore\n", UnixFileMode.UserRead);
        Assert.Equal(("me", "pass:word"), HopCredentials.Of(Hop($"connect://h?auth={file}")));
        Environment.SetEnvironmentVariable("ADIT_TEST_AUTH", "you:secret");
        Assert.Equal(("you", "secret"), HopCredentials.Of(Hop("connect://h?auth=env:ADIT_TEST_AUTH")));
    }

    [Fact]
    public void Credentials_ThatCannotBeUsed_AreRefused()
    {
        string open = Write("open", "me:password\n", UnixFileMode.UserRead | UnixFileMode.GroupRead);
        AssertWrong($"connect://h?auth={open}", "permissions");
        string empty = Write("empty", "\n", UnixFileMode.UserRead);
        AssertWrong($"connect://h?auth={empty}", "user:password");
        AssertWrong($"connect://h?auth={_folder}/none", "readable");
        AssertWrong("connect://h?auth=env:ADIT_TEST_NONE", "variable");
        AssertWrong($"connect://u:p@h?auth={open}", "one place");
    }

    [Fact]
    public void Timeout_IsSeconds()
    {
        Assert.Equal(TimeSpan.FromSeconds(60), ProxyHopOptions.Of(Hop("connect://h")).Timeout);
        Assert.Equal(TimeSpan.FromSeconds(5), ProxyHopOptions.Of(Hop("connect://h?timeout=5")).Timeout);
        foreach (string wrong in (string[])["0", "x", "", "3601"]) Assert.Equal(TunnelError.BadConfiguration, Assert.Throws<TunnelException>(() => ProxyHopOptions.Of(Hop($"connect://h?timeout={wrong}"))).Error);
    }

    [Fact]
    public void Tls_IsReadFromTheQuery()
    {
        using KeyedCertificate certificate = SelfSigned.LoadOrCreate(Path.Combine(_folder, "tls.pem"), ["localhost"]);
        TlsClientOptions plain = HopTls.Of(Hop("tls://h:443"));
        Assert.Equal("h", plain.ServerName);
        Assert.False(plain.DangerousAcceptAnyCertificate);
        Assert.Empty(plain.Pins);
        TlsClientOptions full = HopTls.Of(Hop($"tls://h:443?sni=s.example&pin={certificate.Pin},{certificate.Pin}&ca={_folder}/tls.pem&cert={_folder}/tls.pem"));
        Assert.Equal("s.example", full.ServerName);
        Assert.Equal([certificate.Pin, certificate.Pin], full.Pins);
        Assert.Single(full.Authorities!);
        Assert.Equal(certificate.Pin, full.Certificate!.Pin);
        Assert.True(HopTls.Of(Hop("tls://h:443?insecure")).DangerousAcceptAnyCertificate);
    }

    [Theory]
    [InlineData("tls://h:1?pin=sha256:x", "pin")]
    [InlineData("tls://h:1?insecure=no", "insecure")]
    [InlineData("tls://h:1?insecure&ca=/etc/x", "insecure")]
    [InlineData("tls://h:1?key=/etc/x", "key")]
    [InlineData("tls://h:1?ca=/nonexistent", "ca")]
    public void Tls_ThatCannotBeUsed_IsRefused(string uri, string what)
    {
        TunnelException e = Assert.Throws<TunnelException>(() => HopTls.Of(Hop(uri)));
        Assert.Equal(TunnelError.BadConfiguration, e.Error);
        Assert.Contains($": {what}", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("socks5://h?pin=x")]
    [InlineData("tls://h:1?auth=x")]
    [InlineData("tls://h")]
    [InlineData("connect://h/path")]
    public void UriWithWhatTheSchemeDoesNotTake_IsWrong(string uri) => Assert.False(HopUri.TryParse(uri, out _, out _));

    [Fact]
    public async Task Datagrams_NeedALastHopThatCarriesThem()
    {
        await using HopChain chain = new HopRegistry(new Dictionary<string, HopFactory>
        {
            ["connect"] = (hop, previous) => new ConnectClient(ConnectSecurity.None, ProxyHopOptions.Of(hop), null, previous),
        }).Chain([Hop("connect://h")], new SocketDialer());
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(async () => await chain.DialDatagramsAsync(new DialRequest(new UdpDestination("x", 53))));
        Assert.Equal((TunnelError.NotSupported, "connect://h"), (e.Error, e.Hop));
    }

    private static void AssertWrong(string uri, string what)
    {
        TunnelException e = Assert.Throws<TunnelException>(() => HopCredentials.Of(Hop(uri)));
        Assert.Equal(TunnelError.BadConfiguration, e.Error);
        Assert.Contains(what, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("password\n", e.Message, StringComparison.Ordinal);
    }

    private static HopUri Hop(string uri) => HopUri.Parse(uri, "test");

    private string Write(string name, string text, UnixFileMode mode)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, mode);
        return path;
    }
}
