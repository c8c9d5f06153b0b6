using Adit.Core;
using Adit.Ssh.Config;

namespace Adit.Ssh.Tests.Config;

public sealed class ForwardSpecTests
{
    [Theory]
    [InlineData("8080:intranet:80", "localhost:8080 -> intranet:80")]
    [InlineData("10.0.0.1:8080:intranet:80", "10.0.0.1:8080 -> intranet:80")]
    [InlineData("[::1]:8080:[2001:db8::2]:80", "[::1]:8080 -> [2001:db8::2]:80")]
    [InlineData("*:8080:intranet:80", ":8080 -> intranet:80")]
    [InlineData(":8080:intranet:80", ":8080 -> intranet:80")]
    [InlineData("8080:/run/x.sock", "localhost:8080 -> unix:/run/x.sock")]
    [InlineData("127.0.0.1:8080:/run/x.sock", "127.0.0.1:8080 -> unix:/run/x.sock")]
    [InlineData("/tmp/a:/run/x.sock", "unix:/tmp/a -> unix:/run/x.sock")]
    [InlineData("./a:intranet:80", "unix:./a -> intranet:80")]
    [InlineData("/tmp/a\\:b:intranet:80", "unix:/tmp/a:b -> intranet:80")]
    [InlineData("[/tmp/a:b]:intranet:80", "unix:/tmp/a:b -> intranet:80")]
    public void Local_IsRead(string specification, string expected) => Assert.Equal(expected, ForwardSpec.ParseLocal(specification).ToString());

    [Theory]
    [InlineData("0:intranet:80", "localhost:0 -> intranet:80")]
    [InlineData("8080", "localhost:8080 -> SOCKS")]
    [InlineData("0", "localhost:0 -> SOCKS")]
    [InlineData("*:8080", ":8080 -> SOCKS")]
    [InlineData("[::]:8080", "[::]:8080 -> SOCKS")]
    [InlineData("/tmp/a:intranet:80", "unix:/tmp/a -> intranet:80")]
    public void Remote_IsRead(string specification, string expected) => Assert.Equal(expected, ForwardSpec.ParseRemote(specification).ToString());

    [Theory]
    [InlineData("1080", "localhost:1080 -> SOCKS")]
    [InlineData("[::1]:1080", "[::1]:1080 -> SOCKS")]
    [InlineData("*:1080", ":1080 -> SOCKS")]
    public void Dynamic_IsRead(string specification, string expected) => Assert.Equal(expected, ForwardSpec.ParseDynamic(specification).ToString());

    [Fact]
    public void Stdio_IsRead()
    {
        Assert.Equal(new TcpDestination("db.example", 5432), ForwardSpec.ParseStdio("db.example:5432"));
        Assert.Equal(new TcpDestination("::1", 22), ForwardSpec.ParseStdio("[::1]:22"));
    }

    [Theory]
    [InlineData("foo", "listening port: expected a number from 1 to 65535, got \"foo\"")]
    [InlineData("8080", "target: expected [bind_address:]port:host:hostport, or a unix socket's path on either side")]
    [InlineData("0:h:80", "listening port: expected a number from 1 to 65535, got \"0\"")]
    [InlineData("65536:h:80", "listening port: expected a number from 1 to 65535, got \"65536\"")]
    [InlineData("8080:h:http?", "target port: expected a number from 1 to 65535, got \"http?\"")]
    [InlineData("8080:h:0", "target port: expected a number from 1 to 65535, got \"0\"")]
    [InlineData("8080::80", "target host: expected a name or an address, got nothing")]
    [InlineData("b:8080:h:-1", "target port: expected a number from 1 to 65535, got \"-1\"")]
    [InlineData("8080:2001:db8::2:80", "too many fields; an IPv6 address needs brackets, as in [::1]:80")]
    [InlineData("8080:[::1:80", "\"[\": expected a closing \"]\"")]
    [InlineData("8080:[::1]80", "\"]\": expected \":\" or the end after it")]
    [InlineData("8080:h:80\\", "\"\\\": expected a character after it")]
    [InlineData("/tmp/a:80", "target: expected socket:host:hostport or socket:socket")]
    [InlineData("", "listening port: expected a number from 1 to 65535, got \"\"")]
    public void WrongLocal_SaysWhichPart(string specification, string reason)
    {
        var e = Assert.Throws<TunnelException>(() => ForwardSpec.ParseLocal(specification));
        Assert.Equal((TunnelError.BadConfiguration, $"Bad local forwarding specification '{specification}': {reason}"), (e.Error, e.Message));
    }

    [Theory]
    [InlineData("h:1:t:2:x")]
    [InlineData("x")]
    public void WrongRemote_IsNamed(string specification) =>
        Assert.StartsWith($"Bad remote forwarding specification '{specification}': ", Assert.Throws<TunnelException>(() => ForwardSpec.ParseRemote(specification)).Message, StringComparison.Ordinal);

    [Fact]
    public void WrongDynamicAndStdio_AreNamed()
    {
        Assert.Equal("Bad dynamic forwarding specification '1080:h:80': expected [bind_address:]port and no target", Assert.Throws<TunnelException>(() => ForwardSpec.ParseDynamic("1080:h:80")).Message);
        Assert.Equal("Bad stdio forwarding specification 'h': port: expected host:port", Assert.Throws<TunnelException>(() => ForwardSpec.ParseStdio("h")).Message);
    }

    [Fact]
    public void LongSocketPath_IsRefused() => Assert.Throws<TunnelException>(() => ForwardSpec.ParseLocal("/" + new string('a', 107) + ":h:80"));

    [Fact]
    public void GatewayPorts_DecideTheBindAddress_WhereNoneWasGiven()
    {
        Assert.Equal(new TcpDestination("", 1), ForwardSpec.ParseLocal("1:h:2").WithGatewayPorts(true).Listen);
        Assert.Equal(new TcpDestination("localhost", 1), ForwardSpec.ParseLocal("1:h:2").WithGatewayPorts(false).Listen);
        Assert.Equal(new TcpDestination("localhost", 1), ForwardSpec.ParseDynamic("localhost:1").WithGatewayPorts(true).Listen);
        Assert.Equal(new TcpDestination("", 1), ForwardSpec.ParseDynamic("1").WithGatewayPorts(true).Listen);
    }
}
