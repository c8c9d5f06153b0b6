using Adit.Core;
using Adit.Gateway.Configuration;
using Adit.Gateway.Proxying;

namespace Adit.Gateway.Tests.Configuration;

/// <summary>The <c>proxies:</c> part and the flags that mean the same.</summary>
public sealed class ProxyConfigurationTests
{
    [Fact]
    public void File_IsRead_AndWrittenBack()
    {
        const string Text = """
            proxies:
              - listen: [127.0.0.1:1080, "[::1]:1080"]
                via: [ssh://me@bastion.example]
                deny: ["@metadata"]
                allow: "*.example.com:8443 user=alice"
                rules: [deny *]
                user: ["alice:secret", "@/etc/adit/users"]
                inspect-connect: deny:ssh
                rate: 500k
                idle-time: none
                send-proxy-protocol: v2
                accept-proxy-protocol: 10.0.0.0/8
            """;
        (AditConfiguration read, var problems) = ConfigurationFile.Parse(Text, "f");
        Assert.Empty(problems);
        ProxyConfiguration proxy = Assert.Single(read.Proxies);
        Assert.Equal(["deny @metadata", "allow *.example.com:8443 user=alice", "deny *"], proxy.Rules.Select(r => r.ToString()));
        Assert.Equal((500 << 10, TimeSpan.Zero, 2), (proxy.Limits.OctetsPerSecond, proxy.Limits.IdleTime, proxy.SendProxyProtocol));
        string written = ConfigurationWriter.Write(read);
        Assert.DoesNotContain("secret", written, StringComparison.Ordinal);
        (AditConfiguration again, problems) = ConfigurationFile.Parse(written, "f");
        Assert.Empty(problems);
        Assert.Equal(written, ConfigurationWriter.Write(again));
    }

    [Theory]
    [InlineData("proxies: 1", "f:1:10: proxies: expected a list of proxies, got '1'")]
    [InlineData("proxies:\n  - lisen: 1", "f:2:5: proxies[0]: unknown key 'lisen'; did you mean 'listen'?")]
    [InlineData("proxies:\n  - via: []", "f:2:5: proxies[0]: expected the key 'listen', got none")]
    [InlineData("proxies:\n  - listen: 1-2", "f:2:13: proxies[0].listen: expected one TCP port, got '1-2'")]
    [InlineData("proxies:\n  - listen: 1/udp", "f:2:13: proxies[0].listen: expected one TCP port, got '1/udp'")]
    [InlineData("proxies:\n  - listen: 1\n    rules: [permit x]", "f:3:13: proxies[0].rules: expected allow HOST[:PORT] or deny HOST[:PORT], got 'permit x'")]
    [InlineData("proxies:\n  - listen: 1\n    allow: '@nowhere'", "f:3:12: proxies[0].allow: expected one of @loopback")]
    [InlineData("proxies:\n  - listen: 1\n    user: 'a:'", "f:3:11: proxies[0].user: expected NAME:PASSWORD, NAME or @FILE")]
    [InlineData("proxies:\n  - listen: 1\n    require-tls: true", "f:3:18: proxies[0].require-tls: expected tls-certificate beside it, got none")]
    [InlineData("proxies:\n  - listen: 1\n    transparent: redirect\n    user: a:b", "f:4:11: proxies[0].user: expected none where transparent is on")]
    [InlineData("proxies:\n  - listen: 1\n  - listen: 1", "f:3:13: proxies[1].listen: expected a place of its own, got 1, as in proxies[0]")]
    [InlineData("proxies:\n  - listen: 1\n    via: tcp://x", "f:3:10: proxies[0].via: expected an ssh:// hop behind tcp://x")]
    [InlineData("proxies:\n  - listen: 1\n    inspect-connect: ssh", "f:3:22: proxies[0].inspect-connect: expected allow:CLASS")]
    public void BadInput_SaysWhereAndWhat(string text, string expected)
    {
        (_, var problems) = ConfigurationFile.Parse(text, "f");
        Assert.StartsWith(expected, Assert.Single(problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Flags_MeanTheSame()
    {
        ProxyConfiguration proxy = ProxyWords.Apply(new ProxyConfiguration(), [("deny", "a.example"), ("allow", "*:8443"), ("deny", "*"), ("user", "a:b"), ("user", "c:d"), ("rate", "2m")]);
        Assert.Equal(["deny a.example", "allow *:8443", "deny *"], proxy.Rules.Select(r => r.ToString()));
        Assert.Equal(["a:b", "c:d"], proxy.Users);
        Assert.Equal("1080", Assert.Single(proxy.Listen).ToString());
        Assert.Equal("--allow: expected HOST[:PORT] or HOST[:FIRST-LAST], got ':1'", Assert.Throws<TunnelException>(() => ProxyWords.Apply(new ProxyConfiguration(), [("allow", ":1")])).Message);
        Assert.Contains("--require-tls: expected tls-certificate", Assert.Throws<TunnelException>(() => ProxyWords.Apply(new ProxyConfiguration(), [("require-tls", "true")])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Users_ComeFromFilesThatNobodyElseMayRead()
    {
        using var folder = new TestKit.Peers.PeerFolder("users");
        string file = folder.Write("users", "alice:a:b\n");
        Assert.True(ProxyUserList.Load([$"@{file}"])!.Verify("alice", "a:b"));
        Assert.False(ProxyUserList.Load([$"@{file}", "alice:last"])!.Verify("alice", "a:b"));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Contains("chmod 600", Assert.Throws<TunnelException>(() => ProxyUserList.Load([$"@{file}"])).Message, StringComparison.Ordinal);
        Assert.Null(ProxyUserList.Load([]));
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("65536", 65536)]
    [InlineData("500k", 512000)]
    [InlineData("2M", 2097152)]
    [InlineData("-1", -1)]
    [InlineData("1.5m", -1)]
    [InlineData("k", -1)]
    public void Rate_IsRead(string text, long expected) => Assert.Equal(expected, ProxyRate.TryParse(text, out long rate) ? rate : -1);
}
