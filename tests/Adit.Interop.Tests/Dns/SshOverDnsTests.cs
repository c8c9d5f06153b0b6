using System.Diagnostics;
using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Dns;

/// <summary>SSH through real resolvers, 10 ms from the client and 40 ms from the gateway.</summary>
public sealed class SshOverDnsTests(SharedDnsGateway shared) : IClassFixture<SharedDnsGateway>
{
    private const long Down = 16 << 20, Up = 2 << 20, Small = 1 << 20;

    [Fact]
    public async Task ThroughUnbound_ForwardsCarryExactly()
    {
        Need("unbound");
        DnsGateway gateway = await shared.StartedAsync();
        await using Unbound unbound = await gateway.Site.StartUnboundAsync();
        await CarryAsync(gateway, gateway.Hop(), Down, Up);
    }

    [Fact]
    public async Task ThroughUnboundByUdpAlone_ForwardsCarryExactly()
    {
        Need("unbound");
        DnsGateway gateway = await shared.StartedAsync();
        await using Unbound unbound = await gateway.Site.StartUnboundAsync();
        await CarryAsync(gateway, gateway.Hop(more: "&jumbo=no"), Small * 4, Small / 2);
    }

    [Fact]
    public async Task ThroughBind_ForwardsCarryExactly()
    {
        Need("named");
        DnsGateway gateway = await shared.StartedAsync();
        await using Bind bind = await gateway.Site.StartBindAsync();
        await CarryAsync(gateway, gateway.Hop(), Down, Up);
    }

    [Fact]
    public async Task WithLoss_ForwardsCarryExactly()
    {
        Need("unbound");
        await using DnsGateway gateway = await DnsGateway.StartAsync(loss: 0.01);
        await using Unbound unbound = await gateway.Site.StartUnboundAsync();
        await CarryAsync(gateway, gateway.Hop(more: "&jumbo=no"), Small, Small / 4);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ByTlsAndByHttps_ForwardsCarryExactly(bool isBind)
    {
        Need(isBind ? "named" : "unbound", "openssl");
        DnsGateway gateway = await shared.StartedAsync();
        EncryptedDns encrypted = await EncryptedDns.MakeAsync(gateway.Folder, ResolverSite.Resolver);
        await using PrivateService resolver = isBind ? await gateway.Site.StartBindAsync(options: encrypted.Bind) : await gateway.Site.StartUnboundAsync(settings: encrypted.Unbound);
        await CarryAsync(gateway, gateway.Hop(encrypted.ByTls, $"&sni={EncryptedDns.Name}&ca={encrypted.Certificate.CertificateFile}"), Small * 2, Small / 8);
        await CarryAsync(gateway, gateway.Hop(encrypted.ByHttps, $"&pin={encrypted.Certificate.Pin}&jumbo=no"), Small, Small / 8);
    }

    [Fact]
    public async Task OneResolverOfTwoKilledMidway_TheForwardCarriesOn()
    {
        Need("unbound");
        DnsGateway gateway = await shared.StartedAsync();
        await using Unbound first = await gateway.Site.StartUnboundAsync();
        await using Unbound second = await gateway.Site.StartUnboundAsync(ResolverSite.SecondResolver);
        await using StreamServer source = StreamServer.Source(Small * 4, GatewayTest.Seed, gateway.Far(9000));
        using OpenSshClient client = gateway.Client();
        await using PeerProcess ssh = await client.StartForwardingAsync("--via", gateway.Hop($"{ResolverSite.Resolver},{ResolverSite.SecondResolver}", "&jumbo=no"), "-L", "9001:127.0.0.1:9000");
        await using var stream = await StreamProbe.ConnectAsync(gateway.Near(9001));
        Task<(string Digest, long Length)> reading = StreamProbe.ReadToEndAsync(stream);
        await Task.WhenAny(reading, Task.Delay(500));
        Assert.False(reading.IsCompleted);
        first.Process.Kill();
        (string digest, long length) = await reading.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(Small * 4, length);
        Assert.Equal(SeededOctets.Digest(GatewayTest.Seed, length), digest);
    }

    [Fact]
    public async Task OpenSsh_GoesThroughAsItsProxyCommand()
    {
        Need("named");
        DnsGateway gateway = await shared.StartedAsync();
        await using Bind bind = await gateway.Site.StartBindAsync();
        await using StreamServer echo = StreamServer.Echo(gateway.Far(9000));
        using OpenSshClient client = gateway.OpenSsh();
        await using PeerProcess ssh = await client.StartForwardingAsync("-o", $"ProxyCommand={AditProgram.ExecutablePath} ssh -F {client.ConfigFile} -p 2222 -i {client.Identity!.PrivatePath} --via '{gateway.Hop()}' -W 127.0.0.1:2022 me@gateway.test", "-L", "9001:127.0.0.1:9000");
        await GatewayTest.AssertEchoAsync(gateway.Near(9001), Small / 8);
    }

    [Fact]
    public async Task Keystrokes_ComeBackWithinTwoRoundTrips()
    {
        Need("named");
        DnsGateway gateway = await shared.StartedAsync();
        await using Bind bind = await gateway.Site.StartBindAsync();
        await using StreamServer echo = StreamServer.Echo(gateway.Far(9000));
        using OpenSshClient client = gateway.Client();
        await using PeerProcess ssh = await client.StartForwardingAsync("--via", gateway.Hop(), "-L", "9001:127.0.0.1:9000");
        await using var stream = await StreamProbe.ConnectAsync(gateway.Near(9001));
        byte[] key = [7], back = new byte[1];
        List<double> times = [];
        for (int i = 0; i < 25; i++)
        {
            long began = Stopwatch.GetTimestamp();
            await stream.WriteAsync(key);
            await stream.ReadExactlyAsync(back);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        times.Sort();
        Assert.True(times[times.Count / 2] < 200, $"median {times[times.Count / 2]} ms");
    }

    private static async Task CarryAsync(DnsGateway gateway, string hop, long down, long up)
    {
        await using StreamServer source = StreamServer.Source(down, GatewayTest.Seed, gateway.Far(9000));
        await using StreamServer sink = StreamServer.Sink(gateway.Far(9002));
        using OpenSshClient client = gateway.Client();
        await using PeerProcess ssh = await client.StartForwardingAsync("--via", hop, "-L", "9001:127.0.0.1:9000", "-L", "9003:127.0.0.1:9002");
        await GatewayTest.AssertDownloadAsync(gateway.Near(9001), down);
        await GatewayTest.AssertUploadAsync(gateway.Near(9003), up);
        await ssh.SignalAsync("TERM");
        await ssh.WaitForExitAsync();
    }

    private static void Need(params string[] programs) => PeerRequired.Installed([.. programs, "ssh", "ssh-keygen", "setpriv", "ip", PeerRequired.Root]);
}
