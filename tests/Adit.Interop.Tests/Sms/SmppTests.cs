using System.Text.Json;
using Adit.Carriers.Sms;
using Adit.Carriers.Sms.Smpp;
using Adit.Core;
using Adit.Core.Streams;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Sms;

/// <summary>The carrier through npm's smpp as message centre: a program that nobody here wrote.</summary>
public sealed class SmppTests
{
    private const string Gateway = "4917000000001", Mobile = "4917000000002";
    private const int Seed = 11;

    [Theory]
    [InlineData(SmsForm.Octets, null)]
    [InlineData(SmsForm.Octets, 16_000)]
    [InlineData(SmsForm.Text, null)]
    public async Task OpenForward_CostsAtMost40Messages(SmsForm form, int? port)
    {
        PeerRequired.Installed(PeerRequired.Smpp);
        await using NodeCentre centre = await NodeCentre.StartAsync("""{"receipts":true}""");
        await using StreamServer echo = StreamServer.Echo();
        var carrier = new SmsCarrierOptions { TimeScale = 10, Form = form, Port = (ushort?)port };
        await using SmsPair pair = await OpenAsync(centre, carrier);
        await using DuplexStream forward = await pair.Client.DialAsync(new DialRequest(new TcpDestination("127.0.0.1", echo.Port)));
        JsonElement counts = await centre.CountsAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"{form} {port}: {counts}");
        Assert.InRange(counts.GetProperty("submitted").GetInt32(), 1, 40);
        Assert.Equal(0, counts.GetProperty("bad").GetInt32());
        Assert.InRange(counts.GetProperty("longest").GetInt32(), 1, form == SmsForm.Text ? 160 : 140);
        await EchoAsync(forward, 300);
    }

    [Fact]
    public async Task LossDuplicatesReordering_CarryExactly()
    {
        PeerRequired.Installed(PeerRequired.Smpp);
        await using NodeCentre centre = await NodeCentre.StartAsync("""{"loss":0.05,"duplicates":0.05,"reorder":60000,"scale":200}""");
        await using StreamServer echo = StreamServer.Echo();
        await using SmsPair pair = await OpenAsync(centre, new SmsCarrierOptions { TimeScale = 200, Window = 50 });
        await using DuplexStream forward = await pair.Client.DialAsync(new DialRequest(new TcpDestination("127.0.0.1", echo.Port)));
        await EchoAsync(forward, 10 * 1024);
        JsonElement counts = await centre.CountsAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"{counts}");
        Assert.True(counts.GetProperty("lost").GetInt32() > 0);
    }

    [Fact]
    public async Task Throttled_WaitsAndSendsAllTheSame()
    {
        PeerRequired.Installed(PeerRequired.Smpp);
        await using NodeCentre centre = await NodeCentre.StartAsync("""{"rate":10,"scale":2}""");
        await using StreamServer echo = StreamServer.Echo();
        await using SmsPair pair = await OpenAsync(centre, new SmsCarrierOptions { TimeScale = 2, Rate = 40 });
        await using DuplexStream forward = await pair.Client.DialAsync(new DialRequest(new TcpDestination("127.0.0.1", echo.Port)));
        await EchoAsync(forward, 6 * 1024);
        JsonElement counts = await centre.CountsAsync();
        TestContext.Current.TestOutputHelper?.WriteLine($"{counts}");
        Assert.True(counts.GetProperty("throttled").GetInt32() > 0);
        Assert.Equal(0, counts.GetProperty("early").GetInt32());
    }

    [Fact]
    public async Task CentreWithoutTransceiver_TakesTwoConnections()
    {
        PeerRequired.Installed(PeerRequired.Smpp);
        await using NodeCentre centre = await NodeCentre.StartAsync("""{"old":true}""");
        await using StreamServer echo = StreamServer.Echo();
        await using SmsPair pair = await OpenAsync(centre, new SmsCarrierOptions { TimeScale = 20 });
        await using DuplexStream forward = await pair.Client.DialAsync(new DialRequest(new TcpDestination("127.0.0.1", echo.Port)));
        await EchoAsync(forward, 500);
    }

    [Fact]
    public async Task Tls_WithThePinnedKeyOnly()
    {
        PeerRequired.Installed(PeerRequired.Smpp, "openssl");
        using var folder = new PeerFolder("smsc");
        OpenSslCertificate certificate = await OpenSslCertificate.MakeAsync(folder);
        await using NodeCentre centre = await NodeCentre.StartAsync($$"""{"key":"{{certificate.KeyFile}}","cert":"{{certificate.CertificateFile}}"}""");
        Assert.True(Core.Certificates.Pin.TryParse(certificate.Pin, out Core.Certificates.Pin? pin));
        var options = new SmppLinkOptions
        {
            Name = "hop", Host = "127.0.0.1", Port = centre.Port, SystemId = Mobile, From = "+" + Mobile, Carrier = new SmsCarrierOptions(), Tls = new TlsClientOptions { ServerName = "localhost", Pins = [pin!] },
        };
        await using (SmppLink link = await SmppLink.OpenAsync(options, new SocketDialer()))
        {
            await link.SendAsync("+" + Mobile, new byte[] { 0x10, 1 }, SmsForm.Octets);
            Assert.Equal([0x10, 1], (await link.Received.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20))).Datagram);
        }

        TunnelException e = await Assert.ThrowsAsync<TunnelException>(() => SmppLink.OpenAsync(options with { Tls = new TlsClientOptions { ServerName = "localhost" } }, new SocketDialer()));
        Assert.Equal(TunnelError.CertificateNotTrusted, e.Error);
    }

    [Fact]
    public async Task WrongPassword_IsFatalAndSaysSo()
    {
        PeerRequired.Installed(PeerRequired.Smpp);
        await using NodeCentre centre = await NodeCentre.StartAsync("""{"password":"right"}""");
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(() => Link(centre, Mobile, new SmsCarrierOptions(), "wrong")(CancellationToken.None));
        Assert.Equal(TunnelError.AuthenticationFailed, e.Error);
        Assert.Contains("InvalidPassword", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnknownNumber_IsFatalAndSaysSo()
    {
        PeerRequired.Installed(PeerRequired.Smpp);
        await using NodeCentre centre = await NodeCentre.StartAsync();
        var carrier = new SmsCarrierOptions();
        await using var mailbox = (SmsMailbox)await new SmsMailboxDialer("hop", "+4999999999", carrier, Link(centre, Mobile, carrier)).OpenAsync();
        await mailbox.SendAsync(new byte[] { 0x11, 1 });
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(async () => await mailbox.ReceiveAsync(new byte[200]).AsTask().WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Contains("+4999999999", e.Message, StringComparison.Ordinal);
        Assert.Equal(TunnelError.Unreachable, e.Error);
    }

    [Fact]
    public async Task Budget_IsKept()
    {
        PeerRequired.Installed(PeerRequired.Smpp);
        await using NodeCentre centre = await NodeCentre.StartAsync();
        var budget = new SmsBudget(3);
        var carrier = new SmsCarrierOptions { Budget = budget, Rate = 1000 };
        await using ISmsLink other = await Link(centre, Gateway, carrier)(CancellationToken.None);
        var dialer = new SmsMailboxDialer("hop", Gateway, carrier, Link(centre, Mobile, carrier));
        await using (var mailbox = (SmsMailbox)await dialer.OpenAsync())
        {
            for (int i = 0; i < 3; i++) await mailbox.SendAsync(new byte[] { 0x11, 1 });
            TunnelException spent = await Assert.ThrowsAsync<TunnelException>(async () => await mailbox.SendAsync(new byte[] { 0x11, 1 }));
            Assert.Contains("budget: 3 messages are spent", spent.Message, StringComparison.Ordinal);
        }

        await Assert.ThrowsAsync<TunnelException>(async () => await dialer.OpenAsync());
        Assert.Equal(3, budget.Spent);
    }

    internal static Func<CancellationToken, Task<ISmsLink>> Link(NodeCentre centre, string number, SmsCarrierOptions carrier, string password = "") => async token => await SmppLink.OpenAsync(
        new SmppLinkOptions { Name = $"sms+smpp://{number}@127.0.0.1", Host = "127.0.0.1", Port = centre.Port, SystemId = number, Password = password, From = "+" + number, Carrier = carrier }, new SocketDialer(), null, token);

    private static Task<SmsPair> OpenAsync(NodeCentre centre, SmsCarrierOptions carrier) => SmsPair.OpenAsync(carrier, "+" + Gateway, Link(centre, Gateway, carrier), Link(centre, Mobile, carrier));

    internal static async Task EchoAsync(DuplexStream forward, int length)
    {
        byte[] octets = new byte[length], back = new byte[length];
        new SeededOctets(Seed).Fill(octets);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        Task writing = forward.WriteAsync(octets, patience.Token).AsTask();
        await forward.ReadExactlyAsync(back, patience.Token);
        await writing;
        Assert.Equal(octets, back);
    }
}
