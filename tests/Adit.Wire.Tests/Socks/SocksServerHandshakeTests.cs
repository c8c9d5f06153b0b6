using System.Net;
using System.Text;
using Adit.TestKit.Codecs;
using Adit.Wire.Socks;

namespace Adit.Wire.Tests.Socks;

public sealed class SocksServerHandshakeTests
{
    private const string Granted4 = "005A0FA07F000001";
    private const string Granted5 = "050000017F0000010FA0";

    // Composed from the field lists of the two SOCKS4 memos and of RFC 1928.
    [Theory]
    [InlineData("04 01 u16:80 c0000201 'ada' 00", "Socks4", "Connect", "192.0.2.1", 80, "ada", Granted4)]
    [InlineData("04 02 u16:80 c0000201 00", "Socks4", "Bind", "192.0.2.1", 80, "", Granted4)]
    [InlineData("04 01 u16:443 00000001 'ada' 00 'example.net' 00", "Socks4a", "Connect", "example.net", 443, "ada", Granted4)]
    [InlineData("04 01 u16:443 000000ff 00 'x' 00", "Socks4a", "Connect", "x", 443, "", Granted4)]
    [InlineData("04 01 u16:443 00000000 00", "Socks4", "Connect", "0.0.0.0", 443, "", Granted4)]
    [InlineData("05 01 00 05 01 00 01 7f000001 u16:22", "Socks5", "Connect", "127.0.0.1", 22, "", "0500" + Granted5)]
    [InlineData("05 02 00 02 05 01 00 03 0b 'example.net' u16:65535", "Socks5", "Connect", "example.net", 65535, "", "0500" + Granted5)]
    [InlineData("05 03 01 02 00 05 03 00 04 20010db8000000000000000000000001 u16:53", "Socks5", "UdpAssociate", "2001:db8::1", 53, "", "0500" + Granted5)]
    public void Request_IsUnderstood_HoweverItIsSplit_AndPayloadStays(
        string notation, string version, string command, string host, int port, string user, string sent)
    {
        byte[] input = [.. Octets.Of(notation), .. "payload\0"u8];
        var expected = new SocksRequest(Enum.Parse<SocksVersion>(version), Enum.Parse<SocksCommand>(command), host, port, user);
        string done = command == "Bind" ? "False" : "True"; // BIND has a second reply to come
        Assert.Equal($"Request {expected}; done {done}; sent {sent}; left 7061796C6F616400", SplitCheck.Run(input, pieces => SocksTargets.Serve(pieces, null)));
    }

    // Captured from curl 7.88.1 with -x socks4://u@, socks4a://u@, socks5:// and socks5h://.
    [Theory]
    [InlineData("04011f907f0000017500", "Socks4", "127.0.0.1", "u", Granted4)]
    [InlineData("04011f900000000175006c6f63616c686f737400", "Socks4a", "localhost", "u", Granted4)]
    [InlineData("05020001050100017f0000011f90", "Socks5", "127.0.0.1", "", "0500" + Granted5)]
    [InlineData("0502000105010003096c6f63616c686f73741f90", "Socks5", "localhost", "", "0500" + Granted5)]
    public void CurlsRequest_IsUnderstood(string captured, string version, string host, string user, string sent)
    {
        var expected = new SocksRequest(Enum.Parse<SocksVersion>(version), SocksCommand.Connect, host, 8080, user);
        Assert.Equal($"Request {expected}; done True; sent {sent}; left ", SplitCheck.Run(Octets.Of(captured), pieces => SocksTargets.Serve(pieces, null)));
    }

    [Fact]
    public void Credentials_AreAsked_AndGoWithTheRequest()
    {
        byte[] input = Octets.Of("05 02 00 02 01 03 'ada' 06 'secret' 05 01 00 03 01 'h' u16:1 aa");
        string outcome = SplitCheck.Run(input, pieces => SocksTargets.Serve(pieces, new() { RequireCredentials = true }));
        var request = new SocksRequest(SocksVersion.Socks5, SocksCommand.Connect, "h", 1, "ada");
        Assert.Equal($"credentials ada/secret; Request {request}; done True; sent 05020100{Granted5}; left AA", outcome);
    }

    [Fact]
    public void WrongCredentials_EndTheHandshake_WithoutTheSecretInTheReason()
    {
        byte[] input = Octets.Of("05 01 02 01 07 'mallory' 06 'secret' 05 01 00 03 01 'h' u16:1");
        string outcome = SplitCheck.Run(input, pieces => SocksTargets.Serve(pieces, new() { RequireCredentials = true }));
        Assert.Equal("credentials mallory/secret; Failed credentials: expected a known user and password, got others; sent 05020101", outcome);
    }

    [Theory]
    [InlineData("47 45 54", "version: expected 4 or 5, got 71; sent ")]
    [InlineData("05 00", "methods: expected 0 (no authentication) among them, got 0 others; sent 05FF")]
    [InlineData("05 01 02", "methods: expected 0 (no authentication) among them, got 1 others; sent 05FF")]
    [InlineData("05 01 00 04 01 00 01", "request: version: expected 5, got 4; sent 050005010001000000000000")]
    [InlineData("05 01 00 05 09 00 01 7f000001 0016", "request: command: expected 1, 2 or 3, got 9; sent 050005070001000000000000")]
    [InlineData("05 01 00 05 01 00 02", "request: address type: expected 1, 3 or 4, got 2; sent 050005080001000000000000")]
    [InlineData("05 01 00 05 01 00 03 00 0016", "request: host: expected a name, got none or a forbidden character; sent 050005010001000000000000")]
    [InlineData("05 01 00 05 01 00 03 03 610062 0016", "request: host: expected a name, got none or a forbidden character; sent 050005010001000000000000")]
    [InlineData("04 03 0050 c0000201 00", "command: expected 1 (CONNECT) or 2 (BIND), got 3; sent 005B000000000000")]
    [InlineData("04 01 0050 00000001 00 00", "host: expected a name, got none or a forbidden character; sent 005B000000000000")]
    public void BadRequest_IsRefused_WithAReasonAndAReply(string notation, string expected) =>
        Assert.Equal("Failed " + expected, SocksTargets.Serve([Octets.Of(notation)], null));

    [Fact]
    public void Socks4Texts_AreBoundedAt255Octets()
    {
        string head = "04 01 0050 00000001 ";
        string longest = Convert.ToHexString(Encoding.ASCII.GetBytes(new string('a', 255)));
        Assert.Contains("done True", SocksTargets.Serve([Octets.Of($"{head} {longest}00 {longest}00")], null), StringComparison.Ordinal);
        Assert.StartsWith("Failed user id", SocksTargets.Serve([Octets.Of($"{head} {longest}61")], null), StringComparison.Ordinal);
        Assert.StartsWith("Failed host", SocksTargets.Serve([Octets.Of($"{head} 00 {longest}61")], null), StringComparison.Ordinal);
    }

    [Fact]
    public void Socks4_IsRefused_WhereItIsNotAllowedOrHasNoPassword()
    {
        byte[] input = Octets.Of("04 01 0050 c0000201 00");
        Assert.Equal("Failed version: expected 5, got 4; sent 005B000000000000", SocksTargets.Serve([input], new() { AllowSocks4 = false }));
        Assert.Equal("Failed version: expected 5, for user and password are required, got 4; sent 005B000000000000", SocksTargets.Serve([input], new() { RequireCredentials = true }));
    }

    [Theory]
    [InlineData(SocksReply.ConnectionRefused, "05050001000000000000", "005B000000000000")]
    [InlineData(SocksReply.CommandNotSupported, "05070001000000000000", "005B000000000000")]
    public void Refusal_IsToldInTheDialectOfTheRequest(SocksReply reply, string five, string four)
    {
        Assert.Equal("0500" + five, RepliesTo("05 01 00 05 01 00 01 7f000001 0016", s => s.Reply(reply)));
        Assert.Equal(four, RepliesTo("04 01 0016 7f000001 00", s => s.Reply(reply)));
    }

    [Fact]
    public void BoundAddress_IsTold()
    {
        const string Request = "05 01 00 05 01 00 01 7f000001 0016";
        Assert.Equal("0500" + "05000004" + "20010DB8000000000000000000000001" + "0016", RepliesTo(Request, s => s.Reply(SocksReply.Succeeded, IPEndPoint.Parse("[2001:db8::1]:22"))));
        Assert.Equal("0500" + "05000001" + "7F000001" + "0016", RepliesTo(Request, s => s.Reply(SocksReply.Succeeded, new IPEndPoint(IPAddress.Loopback.MapToIPv6(), 22))));
        Assert.Equal("005A" + "0016" + "00000000", RepliesTo("04 01 0016 7f000001 00", s => s.Reply(SocksReply.Succeeded, IPEndPoint.Parse("[2001:db8::1]:22"))));
    }

    [Fact]
    public void Bind_IsAnsweredTwice_AndOthersOnce()
    {
        var server = new SocksServerHandshake();
        Assert.Equal(SocksServerEvent.Request, server.Receive(Octets.Of("04 02 0050 c0000201 00"), out _));
        server.Reply(SocksReply.Succeeded);
        Assert.False(server.IsDone);
        server.Reply(SocksReply.Succeeded);
        Assert.True(server.IsDone);
        Assert.Throws<InvalidOperationException>(() => server.Reply(SocksReply.Succeeded));
        Assert.Throws<InvalidOperationException>(() => new SocksServerHandshake().AnswerCredentials(true));
    }

    [Fact]
    public void MutatedHandshakes_NeverThrow_AndEndTheSameHoweverSplit()
    {
        foreach (FuzzTarget target in SocksTargets.All) MutationRunner.Run(target, MutationRunner.Seed, 25_000);
    }

    private static string RepliesTo(string notation, Action<SocksServerHandshake> reply)
    {
        var server = new SocksServerHandshake();
        Assert.Equal(SocksServerEvent.Request, server.Receive(Octets.Of(notation), out _));
        reply(server);
        return Convert.ToHexString(server.TakeOutput());
    }
}
