using System.Net;
using Adit.Ssh.Keys;
using Adit.TestKit.Codecs;

namespace Adit.Ssh.Tests.Keys;

/// <summary>Certificates: their form, what the judge says of them, and what becomes of their options.</summary>
public sealed class SshCertificateTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly SshPrivateKey Authority = SshPrivateKey.Generate(SshKeyKind.Ed25519);
    private static readonly SshPrivateKey User = SshPrivateKey.Generate(SshKeyKind.Ecdsa256);

    private static CertificateMaker Maker => new() { Key = User.PublicKey, Authority = Authority, Principals = ["alice", "bob"] };

    [Fact]
    public void EveryField_IsRead()
    {
        SshCertificate certificate = (Maker with
        {
            Serial = 77,
            KeyId = "key of alice",
            ValidAfter = 1000,
            ValidBefore = 2000,
            CriticalOptions = [("force-command", "true")],
            Extensions = [("permit-pty", null)],
        }).Make();

        Assert.Equal("ecdsa-sha2-nistp256-cert-v01@openssh.com", certificate.KeyType);
        Assert.Equal(["ecdsa-sha2-nistp256-cert-v01@openssh.com"], certificate.SignatureAlgorithms);
        Assert.Equal(User.PublicKey, certificate.Certified);
        Assert.Equal(Authority.PublicKey, certificate.SignatureKey);
        Assert.Equal((77ul, "key of alice", CertificateKind.User), (certificate.Serial, certificate.KeyId, certificate.Kind));
        Assert.Equal(["alice", "bob"], certificate.Principals);
        Assert.Equal((1000, 2000), (certificate.ValidAfter.ToUnixTimeSeconds(), certificate.ValidBefore.ToUnixTimeSeconds()));
        Assert.Equal("true", certificate.CriticalOptions["force-command"]);
        Assert.Null(certificate.Extensions["permit-pty"]);
        Assert.Equal(User.PublicKey.Fingerprint, certificate.Fingerprint);
        Assert.NotEqual<SshPublicKey>(User.PublicKey, certificate);
        Assert.True(certificate.TryVerify(["ssh-ed25519"]));
        Assert.False(certificate.TryVerify(["rsa-sha2-512"]));
        Assert.True(SshPublicKey.TryParse(certificate.ToAuthorizedKeysLine("c"), out SshPublicKey? again, out _, out _));
        Assert.Equal(certificate, again);
    }

    [Theory]
    [InlineData("ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com")]
    [InlineData("rsa-sha2-512", "rsa-sha2-512-cert-v01@openssh.com")]
    [InlineData("sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519-cert-v01@openssh.com")]
    public void Names_GoBothWays(string plain, string certificate)
    {
        Assert.Equal(certificate, SshCertificate.NameOf(plain));
        Assert.Equal(plain, SshCertificate.PlainNameOf(certificate));
        Assert.Equal(plain, SshCertificate.PlainNameOf(plain));
    }

    [Fact]
    public async Task Signer_SignsUnderTheCertificatesName_AndOnlyItCounts()
    {
        using SshPrivateKey rsa = SshPrivateKey.Generate(SshKeyKind.Rsa, 2048);
        SshCertificate certificate = (Maker with { Key = rsa.PublicKey }).Make();
        CertificateSigner signer = new(certificate, rsa);
        Assert.Equal(["rsa-sha2-512-cert-v01@openssh.com", "rsa-sha2-256-cert-v01@openssh.com"], certificate.SignatureAlgorithms);
        byte[] signature = await signer.SignAsync("rsa-sha2-256-cert-v01@openssh.com", new byte[] { 1 });
        Assert.True(certificate.Verify([1], signature, ["rsa-sha2-256-cert-v01@openssh.com"]));
        Assert.False(certificate.Verify([1], signature, ["rsa-sha2-512-cert-v01@openssh.com"]));
        Assert.False(certificate.Verify([1], signature, ["rsa-sha2-256"]));
        Assert.True(certificate.IsTooShort(4096) && !certificate.IsTooShort(2048));
        Assert.Throws<ArgumentException>(() => new CertificateSigner(certificate, User));
    }

    [Fact]
    public void HostileForms_AreRefused()
    {
        Refused(Maker with { Kind = 3 }, "expected a certificate for a user or a host, got type 3");
        Refused(Maker with { AuthorityBlob = Maker.ToArray() }, "expected a plain key as authority, got a certificate");
        Refused(Maker with { AuthorityBlob = [] }, "expected a key type");
        Refused(Maker with { CriticalOptions = [("force-command", "a"), ("force-command", "b")] }, "malformed list");
        Refused(Maker with { Principals = ["alice\0"] }, "malformed list");
        Refused(Maker with { Principals = [.. Enumerable.Range(0, 257).Select(i => $"p{i}")] }, "malformed list");
        byte[] whole = Maker.ToArray();
        for (int length = 0; length < whole.Length; length++) Assert.False(SshPublicKey.TryDecode(whole.AsSpan(0, length), out _, out _));
        Assert.False(SshPublicKey.TryDecode([.. whole, 0], out _, out _));

        static void Refused(CertificateMaker maker, string expected)
        {
            Assert.False(SshPublicKey.TryDecode(maker.ToArray(), out _, out string? why));
            Assert.Contains(expected, why, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AnyChangedOctet_BreaksTheSignature()
    {
        byte[] whole = Maker.ToArray();
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] changed = [.. whole];
            changed[at] ^= 1;
            Assert.False(SshPublicKey.TryDecode(changed, out SshPublicKey? key, out _) && key is SshCertificate certificate && certificate.TryVerify(["ssh-ed25519"]) && at < whole.Length - 100);
        }
    }

    [Fact]
    public void Judge_SaysWhyInSshdsWords()
    {
        Assert.Null(Why(Maker));
        Assert.Equal("Certificate invalid: not a user certificate", Why(Maker with { Kind = 2 }));
        Assert.Equal("Certificate invalid: expired", Why(Maker with { ValidBefore = Seconds(Now) }));
        Assert.Null(Why(Maker with { ValidBefore = Seconds(Now) + 1, ValidAfter = Seconds(Now) }));
        Assert.Equal("Certificate invalid: not yet valid", Why(Maker with { ValidAfter = Seconds(Now) + 1 }));
        Assert.Equal("Certificate invalid: name is not a listed principal", Why(Maker, "carol"));
        Assert.Null(Why(Maker with { Principals = [] }, "carol"));
        Assert.Equal("Certificate lacks principal list", Why(Maker with { Principals = [] }, "carol", requirePrincipals: true));
        Assert.Equal("Certificate critical option \"odd\" is not supported", Why(Maker with { CriticalOptions = [("odd", null)] }));
        Assert.Equal("Certificate critical option \"verify-required\" is not supported", Why(Maker with { CriticalOptions = [("verify-required", "x")] }));
        Assert.Null(Why(Maker with { Extensions = [("odd", "x")] }));
        Assert.Equal("Certificate source-address contents invalid", Why(Maker with { CriticalOptions = [("source-address", "10.*")] }));
        Assert.Null(Why(Maker with { CriticalOptions = [("source-address", "10.0.0.0/8,127.0.0.1")] }));
        Assert.Equal("Certificate invalid: not valid for the address of the client", Why(Maker with { CriticalOptions = [("source-address", "10.0.0.0/8")] }));

        byte[] forged = Maker.ToArray();
        forged[^1] ^= 1;
        Assert.True(SshPublicKey.TryDecode(forged, out SshPublicKey? key, out _));
        Assert.False(CertificateJudge.TryGrant((SshCertificate)key, ["alice"], false, IPAddress.Loopback, Now, out _, out string? why));
        Assert.Equal("Certificate invalid: wrong signature, or by an algorithm that is not allowed", why);

        static string? Why(CertificateMaker maker, string user = "alice", bool requirePrincipals = false) =>
            CertificateJudge.TryGrant(maker.Make(), [user], requirePrincipals, IPAddress.Loopback, Now, out _, out string? why) ? null : why;
        static ulong Seconds(DateTimeOffset time) => (ulong)time.ToUnixTimeSeconds();
    }

    [Fact]
    public void Permissions_AreWhatLineAndCertificateBothGrant()
    {
        SshCertificate all = (Maker with { Extensions = [("permit-pty", null), ("permit-port-forwarding", null), ("no-touch-required", null)] }).Make();
        KeyPermissions granted = Grant("cert-authority,no-pty", all)!;
        Assert.True(granted.PortForwarding);
        Assert.False(granted.Pty || granted.AgentForwarding || granted.X11Forwarding || granted.UserRc || granted.CertAuthority || granted.NoTouchRequired);
        Assert.True(Grant("cert-authority,no-touch-required", all)!.NoTouchRequired);

        SshCertificate forced = (Maker with { CriticalOptions = [("force-command", "date"), ("verify-required", null)] }).Make();
        Assert.Equal(("date", true), (Grant("cert-authority", forced)!.Command, Grant("cert-authority", forced)!.VerifyRequired));
        Assert.Equal("date", Grant("cert-authority,command=\"date\"", forced)!.Command);
        Assert.Null(Grant("cert-authority,command=\"id\"", forced));
        Assert.NotNull(Grant("cert-authority,principals=\"x,bob\"", all, "nobody"));
        Assert.Null(Grant("cert-authority,principals=\"x,y\"", all));
        Assert.Null(Grant("cert-authority,from=\"10.0.0.0/8\"", all));
        Assert.Null(Grant("restrict", all));

        static KeyPermissions? Grant(string options, SshCertificate certificate, string user = "alice")
        {
            AuthorizedKeys keys = AuthorizedKeys.FromLines([$"{options} {Authority.PublicKey.ToAuthorizedKeysLine()}"], "file");
            Assert.Empty(keys.Warnings);
            return keys.TryGrant(certificate, user, IPAddress.Loopback, Now, out KeyPermissions? permissions, out _) ? permissions : null;
        }
    }

    [Fact]
    public void HostCertificates_ComeThroughKnownHosts()
    {
        SshCertificate certificate = (Maker with { Kind = 2, Principals = ["server.example"] }).Make();
        string authority = Authority.PublicKey.ToAuthorizedKeysLine(), own = User.PublicKey.ToAuthorizedKeysLine();
        Assert.True(Of($"@cert-authority *.example {authority}").IsCertified("server.example", 2222, certificate, Now, out _));
        Assert.False(Of($"@cert-authority *.example {authority}").IsCertified("other.example", 22, certificate, Now, out string? why));
        Assert.Equal("Certificate invalid: name is not a listed principal", why);
        Assert.False(Of($"@cert-authority *.test {authority}").IsCertified("server.example", 22, certificate, Now, out why));
        Assert.Null(why);
        Assert.False(Of($"@cert-authority * {own}").IsCertified("server.example", 22, certificate, Now, out _));
        Assert.NotNull(CertificateJudge.WhyNotHost((Maker with { Kind = 2, Principals = [], CriticalOptions = [("force-command", "x")] }).Make(), "h", Now));

        Assert.Equal(KnownHostStatus.Match, Of($"server.example {own}").Lookup("server.example", 22, certificate).Status);
        Assert.Equal(KnownHostStatus.Revoked, Of($"@revoked * {own}").Lookup("server.example", 22, certificate).Status);
        Assert.Equal(KnownHostStatus.Revoked, Of($"@revoked * {authority}").Lookup("server.example", 22, certificate).Status);
        Assert.Equal(KnownHostStatus.Unknown, Of($"@cert-authority * {authority}").Lookup("server.example", 22, certificate).Status);
        Assert.Equal("ssh-ed25519-cert-v01@openssh.com", Of($"@cert-authority * {authority}").AlgorithmsFor("server.example", 22)[0]);
        Assert.Equal(["ecdsa-sha2-nistp256"], Of($"server.example {own}").AlgorithmsFor("server.example", 22));

        static KnownHosts Of(string line) => KnownHosts.FromLines([line], "file");
    }
}
