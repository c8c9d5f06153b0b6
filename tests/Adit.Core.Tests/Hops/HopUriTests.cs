using Adit.Core.Hops;

namespace Adit.Core.Tests.Hops;

public sealed class HopUriTests
{
    [Fact]
    public void Ssh_HasItsDefaults()
    {
        HopUri hop = HopUri.Parse("ssh://bastion.example", "--via");
        Assert.Equal(("ssh", HopKind.Proxy, null, null, "bastion.example", 22, ""), (hop.Scheme.Name, hop.Scheme.Kind, hop.User, hop.Password, hop.Host, hop.Port, hop.Path));
        Assert.Equal("ssh://bastion.example", hop.ToString());
    }

    [Fact]
    public void EveryPart_IsRead()
    {
        HopUri hop = HopUri.Parse("SSH://m%40e:p%3Aw@[2001:db8::1]:2222/?identity=/home/me/k%20ey&auth=/a", "--via");
        Assert.Equal(("ssh", "m@e", "p:w", "2001:db8::1", 2222, "/"), (hop.Scheme.Name, hop.User, hop.Password, hop.Host, hop.Port, hop.Path));
        Assert.Equal(("/home/me/k ey", "/a"), (hop.IdentityFile, hop.AuthFile));
    }

    [Fact]
    public void Password_IsNeverShown()
    {
        HopUri hop = HopUri.Parse("ssh://me:secret@h", "--via");
        Assert.Equal("ssh://me:***@h", hop.ToString());
        Assert.False(HopUri.TryParse("ssh://me:secret@h:x", out _, out string? error));
        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
        Assert.False(HopUri.TryParse("ssh://me:se@cret@h:x", out _, out error));
        Assert.DoesNotContain("cret", error, StringComparison.Ordinal);
        Assert.False(HopUri.TryParse("me:secret@h", out _, out error));
        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Tcp_IsACarrier()
    {
        HopUri hop = HopUri.Parse("tcp://0.0.0.0:0", "--listen");
        Assert.Equal((HopKind.Carrier, new TcpDestination("0.0.0.0", 0)), (hop.Scheme.Kind, hop.Destination));
    }

    [Theory]
    [InlineData("foo://x", "--via: hop \"foo://x\": unknown scheme, expected one of {available}")]
    [InlineData("shh://x", "--via: hop \"shh://x\": unknown scheme, expected one of {available}, did you mean ssh?")]
    [InlineData("mqtt://x?sever=a", "--via: hop \"mqtt://x?sever=a\": query: expected key, auth, server, ws, rate, version, presence after \"?\", got \"sever\", did you mean server?")]
    [InlineData("auto:", "--via: hop \"auto:\": name: expected auto:NAME with letters, digits, '.', '-' and '_'")]
    [InlineData("auto:a/b", "--via: hop \"auto:a/b\": name: expected auto:NAME with letters, digits, '.', '-' and '_'")]
    [InlineData("sms+modem://host/dev/ttyUSB0", "--via: hop \"sms+modem://host/dev/ttyUSB0\": device: expected sms+modem:///PATH, three slashes")]
    [InlineData("sms+modem://", "--via: hop \"sms+modem://\": device: expected sms+modem:///PATH, three slashes")]
    [InlineData("bastion", "--via: hop \"bastion\": no scheme: expected scheme://host[:port]")]
    [InlineData("ssh://", "--via: hop \"ssh://\": host: expected a name or an address, got nothing")]
    [InlineData("ssh://@h", "--via: hop \"ssh://@h\": user: expected a name before @, got nothing")]
    [InlineData("ssh://h:", "--via: hop \"ssh://h:\": port: expected a number from 0 to 65535, got \"\"")]
    [InlineData("ssh://h:65536", "--via: hop \"ssh://h:65536\": port: expected a number from 0 to 65535, got \"65536\"")]
    [InlineData("ssh://h:2x", "--via: hop \"ssh://h:2x\": port: expected a number from 0 to 65535, got \"2x\"")]
    [InlineData("ssh://2001:db8::1", "--via: hop \"ssh://2001:db8::1\": host: an IPv6 address needs brackets, as in [2001:db8::1]:22")]
    [InlineData("ssh://[::1", "--via: hop \"ssh://[::1\": host: expected an IPv6 address in brackets, then :port or nothing")]
    [InlineData("ssh://[::1]x", "--via: hop \"ssh://[::1]x\": host: expected an IPv6 address in brackets, then :port or nothing")]
    [InlineData("ssh://-oProxyCommand=x", "--via: hop \"ssh://-oProxyCommand=x\": host: expected letters, digits, '.', '-' and '_'")]
    [InlineData("ssh://h?identiy=k", "--via: hop \"ssh://h?identiy=k\": query: expected identity, auth after \"?\", got \"identiy\", did you mean identity?")]
    [InlineData("ssh://h?auth=a&auth=b", "--via: hop \"ssh://h?auth=a&auth=b\": query: \"auth\" stands twice")]
    [InlineData("ssh://h/path", "--via: hop \"ssh://h/path\": path: ssh takes none, got \"/path\"")]
    [InlineData("tcp://h?resum", "--via: hop \"tcp://h?resum\": query: expected resume, key after \"?\", got \"resum\", did you mean resume?")]
    public void WrongUri_SaysWhatIsWrong(string text, string message)
    {
        var e = Assert.Throws<TunnelException>(() => HopUri.Parse(text, "--via"));
        string available = string.Join(", ", HopScheme.All.Where(s => s.IsAvailable).Select(s => s.Name));
        Assert.Equal((TunnelError.BadConfiguration, message.Replace("{available}", available, StringComparison.Ordinal)), (e.Error, e.Message));
    }

    [Fact]
    public void LongUri_IsRefused_AndNotRepeatedWhole()
    {
        Assert.False(HopUri.TryParse("ssh://" + new string('a', 5000), out _, out string? error));
        Assert.InRange(error.Length, 1, 300);
    }
}
