using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Dns;

/// <summary>Resolvers that are asked by DNS over TLS and over HTTPS, and those that are not trusted.</summary>
public sealed class EncryptedResolverTests
{
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
            ProcessResult well = (await adit.RunAsync("doctor", $"dns://t.example?resolver={resolver}&ca={encrypted.Certificate.CertificateFile}", "--timeout", "4")).Succeeded();
            Assert.Contains($"t.example through {resolver}", well.Text, StringComparison.Ordinal);
            Assert.Contains("fetches 60000 octets an answer by TCP", well.Text, StringComparison.Ordinal);
            ProcessResult stranger = await adit.RunAsync("doctor", $"dns://t.example?resolver={resolver}", "--timeout", "10");
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
