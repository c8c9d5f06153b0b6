using System.Net;
using Adit.Ssh.Keys;

namespace Adit.Ssh.Tests.Keys;

public sealed class AuthorizedKeysTests
{
    private static readonly SshPublicKey Key = SshPrivateKey.Generate(SshKeyKind.Ed25519).PublicKey;
    private static readonly SshPublicKey Other = SshPrivateKey.Generate(SshKeyKind.Ecdsa256).PublicKey;

    [Fact]
    public void PlainLine_GrantsEverything()
    {
        AuthorizedKeyEntry entry = Single(Key.ToAuthorizedKeysLine("me@here and more"));
        Assert.Equal((Key, 1, "me@here and more"), (entry.Key, entry.Line, entry.Comment));
        KeyPermissions p = entry.Permissions;
        Assert.True(p.PortForwarding && p.AgentForwarding && p.X11Forwarding && p.Pty && p.UserRc && !p.Restrict && !p.CertAuthority);
        Assert.True(p.MayOpen("anywhere", 1) && p.MayListen("", 0) && p.MaySource(null) && !p.IsExpired(DateTimeOffset.MaxValue));
    }

    [Theory]
    [InlineData("restrict", false, false)]
    [InlineData("restrict,port-forwarding", true, false)]
    [InlineData("RESTRICT,Pty", false, true)]
    [InlineData("pty,restrict", false, false)]
    [InlineData("no-port-forwarding", false, true)]
    [InlineData("no-pty,pty", true, true)]
    [InlineData("no-pty", true, false)]
    public void Flags_ApplyInOrder(string options, bool forwarding, bool pty)
    {
        KeyPermissions p = Single($"{options} {Key.ToAuthorizedKeysLine()}").Permissions;
        Assert.Equal((forwarding, pty), (p.PortForwarding, p.Pty));
        Assert.Equal(forwarding, p.MayOpen("host", 80));
        Assert.Equal(forwarding, p.MayListen("localhost", 80));
    }

    [Fact]
    public void EveryOption_IsRead()
    {
        KeyPermissions p = Single("""
            restrict,agent-forwarding,X11-forwarding,user-rc,no-touch-required,verify-required,command="say \"a, b\" c:\d",environment="A=1",environment="B=x=y",environment="A=2",tunnel="3",principals="a,b",from="192.0.2.0/24"
            """.Trim() + " \t " + Key.ToAuthorizedKeysLine()).Permissions;
        Assert.True(p.Restrict && p.AgentForwarding && p.X11Forwarding && p.UserRc && !p.Pty && !p.PortForwarding && p.NoTouchRequired && p.VerifyRequired);
        Assert.Equal("say \"a, b\" c:\\d", p.Command);
        Assert.Equal([new("A", "1"), new("B", "x=y")], p.Environment);
        Assert.Equal((3, "a,b", "192.0.2.0/24"), (p.Tunnel, p.Principals, p.From));
        Assert.Equal(KeyPermissions.AnyTunnel, Options("tunnel=\"any\"").Tunnel);
    }

    [Theory]
    [InlineData("permitopen=\"db.example:5432\"", "db.example", 5432, true)]
    [InlineData("permitopen=\"db.example:5432\"", "DB.example", 5432, true)]
    [InlineData("permitopen=\"db.example:5432\"", "db.example", 5433, false)]
    [InlineData("permitopen=\"db.example:5432\"", "xdb.example", 5432, false)]
    [InlineData("permitopen=\"db.example:*\"", "db.example", 1, true)]
    [InlineData("permitopen=\"*:80\"", "any", 80, true)]
    [InlineData("permitopen=\"*:80\"", "any", 81, false)]
    [InlineData("permitopen=\"*.example:80\"", "db.example", 80, false)]
    [InlineData("permitopen=\"[2001:db8::1]:22\"", "2001:db8:0::1", 22, true)]
    [InlineData("permitopen=\"[2001:db8::1]:22\"", "2001:db8::2", 22, false)]
    [InlineData("permitopen=\"a:1\",permitopen=\"b:2\"", "b", 2, true)]
    [InlineData("permitopen=\"a:1\",permitopen=\"b:2\"", "b", 1, false)]
    [InlineData("permitopen=\"a:1\",no-port-forwarding", "a", 1, false)]
    [InlineData("permitopen=\"a:1\"", "", 1, false)]
    public void PermitOpen_IsLiteral(string options, string host, int port, bool expected) => Assert.Equal(expected, Options(options).MayOpen(host, port));

    [Theory]
    [InlineData("permitlisten=\"8080\"", "localhost", 8080, true)]
    [InlineData("permitlisten=\"8080\"", "", 8080, true)]
    [InlineData("permitlisten=\"8080\"", "", 8081, false)]
    [InlineData("permitlisten=\"localhost:8080\"", "localhost", 8080, true)]
    [InlineData("permitlisten=\"localhost:8080\"", "127.0.0.1", 8080, false)]
    [InlineData("permitlisten=\"localhost:8080\"", "", 8080, false)]
    [InlineData("permitlisten=\"localhost:8080\"", "localhost", 0, false)]
    [InlineData("permitlisten=\"localhost:*\"", "localhost", 0, true)]
    [InlineData("permitlisten=\"127.*:80\"", "127.0.0.9", 80, true)]
    [InlineData("permitlisten=\"[::1]:80\"", "::1", 80, true)]
    [InlineData("permitopen=\"a:1\"", "localhost", 80, true)]
    public void PermitListen_HasWildcards(string options, string host, int port, bool expected) => Assert.Equal(expected, Options(options).MayListen(host, port));

    [Theory]
    [InlineData("192.0.2.0/24", "192.0.2.9", true)]
    [InlineData("192.0.2.0/24", "192.0.3.9", false)]
    [InlineData("192.0.2.0/24", "::ffff:192.0.2.9", true)]
    [InlineData("192.0.2.*", "192.0.2.9", true)]
    [InlineData("192.0.2.?", "192.0.2.10", false)]
    [InlineData("192.0.2.0/24,!192.0.2.9", "192.0.2.9", false)]
    [InlineData("!192.0.2.9,192.0.2.0/24", "192.0.2.9", false)]
    [InlineData("!192.0.2.0/28,*", "192.0.2.9", false)]
    [InlineData("!192.0.2.0/28,*", "192.0.2.99", true)]
    [InlineData("!192.0.2.9", "192.0.2.8", false)]
    [InlineData("2001:db8::/32", "2001:db8:1::1", true)]
    [InlineData("2001:DB8:0::1", "2001:db8::1", true)]
    [InlineData("2001:db8::/32", "192.0.2.9", false)]
    [InlineData("*.example", "192.0.2.9", false)]
    [InlineData("*", null, false)]
    public void From_JudgesTheAddress(string from, string? source, bool expected) =>
        Assert.Equal(expected, Options($"from=\"{from}\"").MaySource(source is null ? null : IPAddress.Parse(source)));

    [Fact]
    public void From_JudgesTheVerifiedNameToo()
    {
        KeyPermissions p = Options("from=\"*.example,!bad.example\"");
        Assert.True(p.MaySource(IPAddress.Loopback, "good.EXAMPLE"));
        Assert.False(p.MaySource(IPAddress.Loopback, "bad.example"));
        Assert.False(p.MaySource(IPAddress.Loopback));
    }

    [Theory]
    [InlineData("20300102Z", "2030-01-02T00:00:00Z")]
    [InlineData("203001020304Z", "2030-01-02T03:04:00Z")]
    [InlineData("20300102030405Z", "2030-01-02T03:04:05Z")]
    [InlineData("203001020304", "2030-01-02T01:04:00Z")]
    [InlineData("20300702", "2030-07-01T22:00:00Z")]
    public void ExpiryTime_IsTheEndOfTheKey(string text, string end)
    {
        TimeZoneInfo zone = TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(2), "test", "test");
        AuthorizedKeys keys = AuthorizedKeys.FromLines([$"expiry-time=\"{text}\" {Key.ToAuthorizedKeysLine()}"], "f", zone);
        DateTimeOffset time = DateTimeOffset.Parse(end);
        KeyPermissions p = Assert.Single(keys.Entries).Permissions;
        Assert.Equal(time, p.ExpiryTime);
        Assert.False(p.IsExpired(time));
        Assert.True(p.IsExpired(time.AddSeconds(1)));
    }

    [Fact]
    public void EarliestExpiryTime_Counts() =>
        Assert.Equal(DateTimeOffset.Parse("2030-01-01T00:00:00Z"), Options("expiry-time=\"20310101Z\",expiry-time=\"20300101Z\",expiry-time=\"20320101Z\"").ExpiryTime);

    [Theory]
    [InlineData("no-such", "option: expected one that authorized_keys knows, got no-such")]
    [InlineData("permitopn=\"a:1\"", "option: expected one that authorized_keys knows (perhaps permitopen), got permitopn")]
    [InlineData("permitopen=a:1", "option permitopen: expected a value in double quotes, got none")]
    [InlineData("permitopen", "option permitopen: expected =\"value\", got none")]
    [InlineData("pty=\"yes\"", "option pty: expected no value, got one")]
    [InlineData("permitopen=\"a\"", "option permitopen: expected host:port, got a")]
    [InlineData("permitopen=\"a:0\"", "option permitopen: expected host:port, got a:0")]
    [InlineData("permitopen=\"a:65536\"", "option permitopen: expected host:port, got a:65536")]
    [InlineData("permitopen=\"[::1:80\"", "option permitopen: expected host:port, got [::1:80")]
    [InlineData("permitlisten=\"a:b\"", "option permitlisten: expected [host:]port, got a:b")]
    [InlineData("from=\"192.0.2.0/33\"", "option from: expected host patterns, addresses and address/masklen, got 192.0.2.0/33")]
    [InlineData("from=\"a,,b\"", "option from: expected host patterns, addresses and address/masklen, got an empty one")]
    [InlineData("from=\"a\",from=\"b\"", "option from: expected it once, got it twice")]
    [InlineData("command=\"a\",command=\"b\"", "option command: expected it once, got it twice")]
    [InlineData("expiry-time=\"2030\"", "option expiry-time: expected YYYYMMDD[HHMM[SS]][Z], got 2030")]
    [InlineData("expiry-time=\"20301301\"", "option expiry-time: expected YYYYMMDD[HHMM[SS]][Z], got 20301301")]
    [InlineData("expiry-time=\"00010101\"", "option expiry-time: expected YYYYMMDD[HHMM[SS]][Z], got 00010101")]
    [InlineData("environment=\"A B=1\"", "option environment: expected NAME=value, got something else")]
    [InlineData("tunnel=\"x\"", "option tunnel: expected a device number or any, got x")]
    [InlineData("pty,", "option pty: expected a comma and another option after it, got something else")]
    [InlineData("command=\"a\"b", "option command: expected a comma and another option after it, got something else")]
    public void BadOption_RefusesTheLine(string options, string why)
    {
        AuthorizedKeys keys = AuthorizedKeys.FromLines(["# comment", $"{options} {Key.ToAuthorizedKeysLine()}", Other.ToAuthorizedKeysLine()], "f");
        Assert.Equal([$"f:2: {why}"], keys.Warnings);
        Assert.Null(keys.Find(Key));
        Assert.NotNull(keys.Find(Other));
    }

    [Fact]
    public void BadKeys_AreToldApartFromBadOptions()
    {
        AuthorizedKeys keys = AuthorizedKeys.FromLines(["ssh-ed25519 AAAA x", "command=\"unclosed ssh-ed25519 AAAA", "word", "ssh-dss AAAAB3NzaC1kc3MAAAAA"], "f");
        Assert.Equal("f:1: key: expected a key type, got a blob cut short", keys.Warnings[0]);
        Assert.Equal(4, keys.Warnings.Count);
        Assert.Empty(keys.Entries);
    }

    [Fact]
    public void CertAuthority_IsNotAUsersOwnKey()
    {
        AuthorizedKeys keys = AuthorizedKeys.FromLines([$"cert-authority,principals=\"a\" {Key.ToAuthorizedKeysLine()}"], "f");
        Assert.True(Assert.Single(keys.Entries).Permissions.CertAuthority);
        Assert.Null(keys.Find(Key));
    }

    [Fact]
    public void FirstLineThatAdmits_IsChosen()
    {
        AuthorizedKeys keys = AuthorizedKeys.FromLines(
            [$"from=\"192.0.2.1\" {Key.ToAuthorizedKeysLine("a")}", $"expiry-time=\"20200101Z\" {Key.ToAuthorizedKeysLine("b")}", $"restrict {Key.ToAuthorizedKeysLine("c")}"], "f");
        DateTimeOffset now = DateTimeOffset.Parse("2025-01-01T00:00:00Z");
        Assert.Equal("a", keys.Find(Key)!.Comment);
        Assert.Equal("a", keys.Find(Key, IPAddress.Parse("192.0.2.1"), now)!.Comment);
        Assert.Equal("c", keys.Find(Key, IPAddress.Parse("192.0.2.2"), now)!.Comment);
        Assert.Equal("b", keys.Find(Key, null, DateTimeOffset.Parse("2019-01-01T00:00:00Z"))!.Comment);
        Assert.Null(keys.Find(Other, null, now));
    }

    [Fact]
    public void RandomLines_NeverThrow()
    {
        Random random = new(7);
        string line = $"restrict,permitopen=\"[::1]:80\",from=\"!10.0.0.0/8,*\",command=\"a \\\" b\",expiry-time=\"20300101Z\" {Key.ToAuthorizedKeysLine("c")}";
        for (int i = 0; i < 3000; i++)
        {
            char[] changed = line.ToCharArray();
            for (int j = random.Next(1, 4); j > 0; j--) changed[random.Next(changed.Length)] = "\",= \\!*:[]/\0ü9a"[random.Next(15)];
            AuthorizedKeys keys = AuthorizedKeys.FromLines([new string(changed)[..random.Next(1, line.Length)]], "f");
            Assert.True(keys.Entries.Count + keys.Warnings.Count <= 1);
        }
    }

    private static AuthorizedKeyEntry Single(string line)
    {
        AuthorizedKeys keys = AuthorizedKeys.FromLines([line], "f");
        Assert.Empty(keys.Warnings);
        Assert.Same(keys.Entries[0], keys.Find(Key));
        return Assert.Single(keys.Entries);
    }

    private static KeyPermissions Options(string options) => Single($"{options} {Key.ToAuthorizedKeysLine()}").Permissions;
}
