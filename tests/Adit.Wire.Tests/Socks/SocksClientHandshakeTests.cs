using System.Net;
using Adit.TestKit.Codecs;
using Adit.Wire.Socks;

namespace Adit.Wire.Tests.Socks;

public sealed class SocksClientHandshakeTests
{
    [Theory]
    [InlineData(SocksVersion.Socks4, "192.0.2.1", "ada", "04 01 u16:80 c0000201 'ada' 00")]
    [InlineData(SocksVersion.Socks4a, "example.net", "ada", "04 01 u16:80 00000001 'ada' 00 'example.net' 00")]
    [InlineData(SocksVersion.Socks4a, "192.0.2.1", "", "04 01 u16:80 c0000201 00")]
    [InlineData(SocksVersion.Socks5, "example.net", "", "05 01 00")]
    [InlineData(SocksVersion.Socks5, "example.net", "ada", "05 02 00 02")]
    public void FirstOctets_AreThoseOfTheVersion(SocksVersion version, string host, string user, string notation)
    {
        var client = new SocksClientHandshake(new(version, SocksCommand.Connect, host, 80, user), "secret");
        Assert.Equal(Octets.Of(notation), client.TakeOutput());
        Assert.Empty(client.TakeOutput());
    }

    [Fact]
    public void Socks5_SendsCredentialsAndRequest_WhenAsked()
    {
        var client = new SocksClientHandshake(new(SocksVersion.Socks5, SocksCommand.Connect, "2001:db8::1", 443, "ada"), "secret");
        client.TakeOutput();
        Assert.Equal(SocksClientEvent.NeedMore, client.Receive([5, 2], out _));
        Assert.Equal(Octets.Of("01 03 'ada' 06 'secret'"), client.TakeOutput());
        Assert.Equal(SocksClientEvent.NeedMore, client.Receive([1, 0], out _));
        Assert.Equal(Octets.Of("05 01 00 04 20010db8000000000000000000000001 u16:443"), client.TakeOutput());
    }

    [Theory]
    [InlineData("05 00 05 00 00 01 7f000001 u16:4000 'payload'", "Succeeded Succeeded 127.0.0.1 4000; sent 05020002050100030B6578616D706C652E6E65740050; left 7061796C6F6164")]
    [InlineData("05 00 05 00 00 03 01 'h' u16:1", "Succeeded Succeeded h 1; sent 05020002050100030B6578616D706C652E6E65740050; left ")]
    [InlineData("05 00 05 05 00 01", "Failed ConnectionRefused reply: expected 0 (succeeded), got 5 (ConnectionRefused)")]
    [InlineData("05 ff", "Failed GeneralFailure method: expected one of those offered, got none acceptable")]
    [InlineData("05 02 01 01", "Failed NotAllowed credentials: expected status 0, got 1")]
    [InlineData("48 54", "Failed GeneralFailure version: expected 5, got 72")]
    public void Socks5Answer_IsJudged_HoweverItIsSplit(string notation, string expected) =>
        Assert.Equal(expected, SplitCheck.Run(Octets.Of(notation), p => SocksTargets.Ask(p, new(SocksVersion.Socks5, SocksCommand.Connect, "example.net", 80, "ada"))));

    [Theory]
    [InlineData("00 5a u16:80 c0000201 'payload'", "Succeeded Succeeded 192.0.2.1 80; sent 04010050C000020100; left 7061796C6F6164")]
    [InlineData("00 5b u16:0 00000000", "Failed GeneralFailure reply: expected 90 (granted), got 91")]
    public void Socks4Answer_IsJudged_HoweverItIsSplit(string notation, string expected) =>
        Assert.Equal(expected, SplitCheck.Run(Octets.Of(notation), p => SocksTargets.Ask(p, new(SocksVersion.Socks4, SocksCommand.Connect, "192.0.2.1", 80))));

    [Theory]
    [InlineData(SocksVersion.Socks4, "example.net", "")]
    [InlineData(SocksVersion.Socks4, "::1", "")]
    [InlineData(SocksVersion.Socks4a, "192.0.2.1", "a\0b")]
    [InlineData(SocksVersion.Socks5, "", "")]
    public void WhatTheVersionCannotCarry_IsTheCallersMistake(SocksVersion version, string host, string user) =>
        Assert.Throws<ArgumentException>(() => new SocksClientHandshake(new(version, SocksCommand.Connect, host, 1, user), "p"));

    [Theory]
    [InlineData(SocksVersion.Socks4, "192.0.2.1", "ada", false)]
    [InlineData(SocksVersion.Socks4a, "example.net", "", false)]
    [InlineData(SocksVersion.Socks5, "example.net", "", false)]
    [InlineData(SocksVersion.Socks5, "fe80::1", "ada", true)]
    public void ClientAndServer_Agree(SocksVersion version, string host, string user, bool credentials)
    {
        var request = new SocksRequest(version, SocksCommand.Connect, host, 8080, user);
        var client = new SocksClientHandshake(request, "secret");
        var server = new SocksServerHandshake(new() { RequireCredentials = credentials });
        SocksClientEvent end = SocksClientEvent.NeedMore;
        for (int round = 0; round < 4 && end == SocksClientEvent.NeedMore; round++)
        {
            byte[] up = client.TakeOutput();
            SocksServerEvent found = server.Receive(up, out int taken);
            Assert.Equal(up.Length, taken);
            if (found == SocksServerEvent.Credentials) server.AnswerCredentials(server.Password == "secret");
            if (found == SocksServerEvent.Request) server.Reply(SocksReply.Succeeded, new IPEndPoint(IPAddress.Loopback, 4000));
            end = client.Receive(server.TakeOutput(), out _);
        }

        Assert.Equal(SocksClientEvent.Succeeded, end);
        Assert.Equal(request, server.Request);
        Assert.Equal(("127.0.0.1", 4000), (client.BoundHost, client.BoundPort));
    }
}
