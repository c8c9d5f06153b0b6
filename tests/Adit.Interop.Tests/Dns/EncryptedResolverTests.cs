using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Dns;

/// <summary>Resolvers that are asked by DNS over TLS and over HTTPS.</summary>
public sealed class EncryptedResolverTests
{
    private const long Down = 4 << 20, Up = 512 << 10;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ssh_GoesThroughByTlsAndByHttps(bool isBind)
    {
        SshOverDnsTests.Need(isBind ? "named" : "unbound", "openssl");
        await using DnsGateway gateway = await DnsGateway.StartAsync();
        EncryptedDns encrypted = await EncryptedDns.MakeAsync(gateway.Folder, ResolverSite.Resolver);
        await using PrivateService resolver = isBind ? await gateway.Site.StartBindAsync(options: encrypted.Bind) : await gateway.Site.StartUnboundAsync(settings: encrypted.Unbound);
        string trust = $"&sni={EncryptedDns.Name}&ca={encrypted.Certificate.CertificateFile}";
        await SshOverDnsTests.CarryAsync(gateway, gateway.Hop(encrypted.ByTls, trust), Down, Up);
        await SshOverDnsTests.CarryAsync(gateway, gateway.Hop(encrypted.ByHttps, $"&pin={encrypted.Certificate.Pin}&jumbo=no"), Down / 4, Up);
    }

    [Fact]
    public async Task Doctor_LooksThroughThem_AndNamesACertificateThatIsNotTrusted()
    {
        PeerRequired.Installed("unbound", "openssl");
        await using DnsServer server = await DnsServer.StartAsync();
        await using AditProgram adit = new();
        EncryptedDns encrypted = await EncryptedDns.MakeAsync(adit.Folder);
        await using Unbound unbound = await Unbound.StartAsync("t.example", $"127.0.0.1@{server.EndPoint.Port}", settings: encrypted.Unbound);
        foreach (string resolver in (string[])[encrypted.ByTls, encrypted.ByHttps])
        {
            ProcessResult well = (await adit.RunAsync("doctor", $"dns://t.example?resolver={resolver}&ca={encrypted.Certificate.CertificateFile}", "--timeout", "3")).Succeeded();
            Assert.Contains($"t.example through {resolver}", well.Text, StringComparison.Ordinal);
            Assert.Contains("fetches 60000 octets an answer by TCP", well.Text, StringComparison.Ordinal);
            ProcessResult stranger = await adit.RunAsync("doctor", $"dns://t.example?resolver={resolver}", "--timeout", "1");
            Assert.Equal(1, stranger.ExitCode);
            Assert.Contains("chain: expected a trusted authority", stranger.Text, StringComparison.Ordinal);
            ProcessResult pinned = await adit.RunAsync("ssh", "-W", "localhost:9", "--via", $"dns://t.example?resolver={resolver}&pin=sha256:{new string('A', 43)}&key={await KeyAsync(adit)}", "me@gateway.test");
            Assert.NotEqual(0, pinned.ExitCode);
            Assert.Contains("certificate: pin: expected sha256:", pinned.Errors, StringComparison.Ordinal);
        }
    }

    private static async Task<string> KeyAsync(AditProgram adit)
    {
        string file = adit.Folder["carrier.key"];
        if (!File.Exists(file)) (await adit.RunAsync("keygen", "--carrier", "-f", file)).Succeeded();
        return file;
    }
}
