using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Adit.Core.Certificates;

namespace Adit.Core.Tests.Certificates;

public sealed class PinTests
{
    [Fact]
    public void Pin_IsTheDigestOfThePublicKeyInfo()
    {
        using KeyedCertificate certificate = SelfSigned.Create(["example.net"]);
        byte[] digest = SHA256.HashData(certificate.Leaf.PublicKey.ExportSubjectPublicKeyInfo());
        string expected = "sha256:" + Convert.ToBase64String(digest).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        Assert.Equal(expected, certificate.Pin.ToString());
        Assert.Equal(certificate.Pin, Pin.Parse(expected));
        Assert.Equal(certificate.Pin, Pin.Parse("sha256:" + Convert.ToBase64String(digest)));
        Assert.True(Pin.Parse(expected).Matches(certificate.Leaf));
    }

    [Theory]
    [InlineData("")]
    [InlineData("sha256:")]
    [InlineData("sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("sha256:AAAA")]
    [InlineData("sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA!")]
    public void OtherText_IsNoPin(string text)
    {
        Assert.False(Pin.TryParse(text, out _));
        Assert.Throws<FormatException>(() => Pin.Parse(text));
    }

    [Fact]
    public void SelfSigned_StandsForItsNames()
    {
        using KeyedCertificate certificate = SelfSigned.Create(["gate.example", "192.0.2.1", "2001:db8::1"]);
        Assert.True(certificate.Leaf.MatchesHostname("gate.example"));
        Assert.True(certificate.Leaf.MatchesHostname("192.0.2.1"));
        Assert.False(certificate.Leaf.MatchesHostname("other.example"));
    }

    [Fact]
    public void LoadOrCreate_KeepsItsPin_InAFileOfItsOwner()
    {
        string folder = Directory.CreateTempSubdirectory("adit-certificate").FullName;
        try
        {
            string file = Path.Combine(folder, "tls.pem");
            using KeyedCertificate made = SelfSigned.LoadOrCreate(file, ["localhost"]);
            using KeyedCertificate again = SelfSigned.LoadOrCreate(file, ["other"]);
            Assert.Equal(made.Pin, again.Pin);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            Assert.Equal(["tls.pem"], Directory.GetFiles(folder).Select(Path.GetFileName));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Load_TellsWhichFileIsWrong()
    {
        string file = Path.GetTempFileName();
        try
        {
            TunnelException empty = Assert.Throws<TunnelException>(() => KeyedCertificate.Load(file));
            Assert.Equal(TunnelError.BadConfiguration, empty.Error);
            Assert.Contains(file, empty.Message, StringComparison.Ordinal);
            Assert.Equal(TunnelError.BadConfiguration, Assert.Throws<TunnelException>(() => KeyedCertificate.Load("/nonexistent/tls.pem")).Error);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Load_TakesTheChainAlong()
    {
        using X509Certificate2 root = Authority("root", null);
        using X509Certificate2 authority = Authority("authority", root);
        using var leafKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 leaf = new CertificateRequest("CN=leaf", leafKey, HashAlgorithmName.SHA256).Create(authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), [1]);
        string folder = Directory.CreateTempSubdirectory("adit-certificate").FullName;
        try
        {
            string chain = Path.Combine(folder, "chain.pem");
            string keyFile = Path.Combine(folder, "key.pem");
            File.WriteAllText(chain, leaf.ExportCertificatePem() + "\n" + authority.ExportCertificatePem() + "\n");
            File.WriteAllText(keyFile, leafKey.ExportPkcs8PrivateKeyPem());
            using KeyedCertificate loaded = KeyedCertificate.Load(chain, keyFile);
            Assert.Equal("CN=leaf", loaded.Leaf.Subject);
            Assert.Equal("CN=authority", Assert.Single(loaded.Context.IntermediateCertificates).Subject);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static X509Certificate2 Authority(string name, X509Certificate2? issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        if (issuer is null) return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using X509Certificate2 signed = request.Create(issuer, DateTimeOffset.UtcNow.AddHours(-2), DateTimeOffset.UtcNow.AddHours(2), [2]);
        return signed.CopyWithPrivateKey(key);
    }
}
