using Adit.Carriers.Sms;
using Adit.Carriers.Sms.Modem;
using Adit.Core;
using Adit.Core.Streams;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Sms;

/// <summary>The carrier over modems: an emulator that gammu is satisfied with too.</summary>
public sealed class ModemTests
{
    private const string GatewayNumber = "+491700000001", MobileNumber = "+491700000002";

    [Fact]
    public async Task Emulator_SatisfiesGammu()
    {
        PeerRequired.Installed("gammu", "python3");
        await using ModemPair modems = await ModemPair.StartAsync();
        using var folder = new PeerFolder("gammu");
        string[] configurations = [Configure(0), Configure(1)];
        string identity = (await GammuAsync(0, "--identify")).Text;
        Assert.Contains("490154203237518", identity, StringComparison.Ordinal);
        Assert.Contains("Emulated", identity, StringComparison.Ordinal);
        await GammuAsync(0, "sendsms", "TEXT", MobileNumber, "-text", "hello from gammu");
        string all = (await GammuAsync(1, "getallsms")).Text;
        Assert.Contains("hello from gammu", all, StringComparison.Ordinal);
        Assert.Contains(GatewayNumber, all, StringComparison.Ordinal);

        string Configure(int modem)
        {
            string file = folder[$"gammurc{modem}"];
            File.WriteAllText(file, $"[gammu]\ndevice = {modems.Devices[modem]}\nconnection = at115200\n");
            return file;
        }

        async Task<ProcessResult> GammuAsync(int modem, params string[] arguments) =>
            (await ProcessRunner.RunAsync("gammu", ["-c", configurations[modem], .. arguments])).Succeeded();
    }

    [Theory]
    [InlineData(SmsForm.Octets, null)]
    [InlineData(SmsForm.Octets, 16_000)]
    [InlineData(SmsForm.Text, null)]
    public async Task NothingButAModem_SshOpensAndCarries(SmsForm form, int? port)
    {
        PeerRequired.Installed("python3");
        await using ModemPair modems = await ModemPair.StartAsync();
        await using StreamServer echo = StreamServer.Echo();
        using var folder = new PeerFolder("modem");
        var carrier = new SmsCarrierOptions { TimeScale = 20, Form = form, Port = (ushort?)port };
        await using SmsPair pair = await SmsPair.OpenAsync(carrier, GatewayNumber, Link(modems.Devices[0], carrier, folder), Link(modems.Devices[1], carrier, folder));
        await using DuplexStream forward = await pair.Client.DialAsync(new DialRequest(new TcpDestination("127.0.0.1", echo.Port)));
        TestContext.Current.TestOutputHelper?.WriteLine($"{form} {port}: {await modems.CountsAsync()}");
        await SmppTests.EchoAsync(forward, 1500);
    }

    [Fact]
    public async Task LossDuplicatesReorderingCongestion_CarryExactly()
    {
        PeerRequired.Installed("python3");
        await using ModemPair modems = await ModemPair.StartAsync("0.05", "0.05", "60", "200", "3", "40");
        await using StreamServer echo = StreamServer.Echo();
        using var folder = new PeerFolder("modem");
        var carrier = new SmsCarrierOptions { TimeScale = 200 };
        await using SmsPair pair = await SmsPair.OpenAsync(carrier, GatewayNumber, Link(modems.Devices[0], carrier, folder), Link(modems.Devices[1], carrier, folder));
        await using DuplexStream forward = await pair.Client.DialAsync(new DialRequest(new TcpDestination("127.0.0.1", echo.Port)));
        await SmppTests.EchoAsync(forward, 10 * 1024);
        TestContext.Current.TestOutputHelper?.WriteLine(await modems.CountsAsync());
    }

    [Fact]
    public async Task Storage_IsSweptAtTheStart()
    {
        PeerRequired.Installed("python3");
        await using ModemPair modems = await ModemPair.StartAsync();
        using var folder = new PeerFolder("modem");
        var carrier = new SmsCarrierOptions { Rate = 1000 };
        await using (ISmsLink sender = await Link(modems.Devices[0], carrier, folder)(CancellationToken.None))
        {
            for (byte i = 0; i < 5; i++) await sender.SendAsync(MobileNumber, new byte[] { 0x10, i }, SmsForm.Octets);
        }

        Assert.Contains("'stored': 5", await modems.CountsAsync(), StringComparison.Ordinal);
        await using ISmsLink receiver = await Link(modems.Devices[1], carrier, folder)(CancellationToken.None);
        for (byte i = 0; i < 5; i++) Assert.Equal([0x10, i], (await receiver.Received.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10))).Datagram);
    }

    [Fact]
    public async Task Line_IsLocked_AndStaleLocksAreTakenOver()
    {
        PeerRequired.Installed("python3");
        await using ModemPair modems = await ModemPair.StartAsync();
        using var folder = new PeerFolder("modem");
        string file = folder["LCK.." + modems.Devices[0][5..].Replace('/', '_')];
        await File.WriteAllTextAsync(file, "     99999999\n");
        var carrier = new SmsCarrierOptions();
        await using (await Link(modems.Devices[0], carrier, folder)(CancellationToken.None))
        {
            Assert.Equal($"{Environment.ProcessId,10}\n", await File.ReadAllTextAsync(file));
            TunnelException e = await Assert.ThrowsAsync<TunnelException>(() => Link(modems.Devices[0], carrier, folder)(CancellationToken.None));
            Assert.Equal(TunnelError.AddressInUse, e.Error);
        }

        Assert.False(File.Exists(file));
    }

    private static Func<CancellationToken, Task<ISmsLink>> Link(string device, SmsCarrierOptions carrier, PeerFolder folder) =>
        async token => await ModemLink.OpenAsync(new ModemOptions { Name = $"sms+modem://{device}", Device = device, Carrier = carrier, LockFolder = Path.GetDirectoryName(folder["x"])! }, null, token);
}
