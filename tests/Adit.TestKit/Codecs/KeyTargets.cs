using System.Text;
using Adit.Ssh.Keys;
using Adit.Wire.Ssh;

namespace Adit.TestKit.Codecs;

/// <summary>What takes keys and signatures from a peer, and key files from anybody.</summary>
public static class KeyTargets
{
    private static readonly SshPrivateKey[] Keys =
    [
        SshPrivateKey.Generate(SshKeyKind.Ed25519, comment: "c"), SshPrivateKey.Generate(SshKeyKind.Rsa, 2048), SshPrivateKey.Generate(SshKeyKind.Ecdsa256),
        SshPrivateKey.Generate(SshKeyKind.Ecdsa521),
    ];

    /// <summary>The targets.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new FuzzTarget("certificate", [.. Keys.Select(k => new CertificateMaker
        {
            Key = k.PublicKey,
            Authority = Keys[0],
            Principals = ["alice", "b"],
            ValidAfter = 1,
            ValidBefore = 1ul << 40,
            CriticalOptions = [("force-command", "x"), ("source-address", "10.0.0.0/8")],
            Extensions = [("permit-pty", null), ("odd", "y")],
        }.ToArray())], PublicKey),
        new FuzzTarget("security-key", [SecurityKey(Keys[0], "sk-ssh-ed25519@openssh.com"), SecurityKey(Keys[2], "sk-ecdsa-sha2-nistp256@openssh.com")], PublicKey),
        new FuzzTarget("key-revocation-list", [RevocationList()], Revoked),
        new FuzzTarget("public-key", [.. Keys.Select(k => k.PublicKey.Blob.ToArray())], PublicKey),
        new FuzzTarget("signature", [.. Keys.Select(k => k.Sign(k.PublicKey.SignatureAlgorithms[0], [1, 2, 3]))], Signature),
        new FuzzTarget("known_hosts", [.. Keys.Select(k => Encoding.UTF8.GetBytes($"@revoked *.example,!a,[b]:22 {k.PublicKey.ToAuthorizedKeysLine()}"))], KnownHost),
        new FuzzTarget(
            "authorized_keys",
            [.. Keys.Select(k => Encoding.UTF8.GetBytes($"restrict,permitopen=\"[::1]:80\",from=\"!10.0.0.0/8,*\",command=\"a \\\" b\" {k.PublicKey.ToAuthorizedKeysLine()}"))],
            AuthorizedKey),
    ];

    private static void PublicKey(ReadOnlySpan<byte> input)
    {
        bool decoded = SshPublicKey.TryDecode(input, out SshPublicKey? key, out string? why);
        Require(decoded == (why is null), "a reason where there is none to give, or none where there is");
        if (key is null) return;
        Require(key.Blob.Span.SequenceEqual(input), "the key re-encodes to other octets");
        Require(!key.Verify([1], [0, 0, 0, 1, 65, 0, 0, 0, 0], key.SignatureAlgorithms), "nonsense verifies");
        if (key is SshCertificate certificate)
        {
            _ = CertificateJudge.TryGrant(certificate, ["alice"], true, System.Net.IPAddress.Loopback, DateTimeOffset.UnixEpoch.AddYears(50), out KeyPermissions? granted, out why);
            Require(granted is null == (why is not null), "a certificate is neither granted nor refused");
            _ = CertificateJudge.WhyNotHost(certificate, "alice", DateTimeOffset.UnixEpoch);
        }
    }

    private static void Revoked(ReadOnlySpan<byte> input)
    {
        try
        {
            _ = RevokedKeys.Parse(input, "file").Contains(Keys[0].PublicKey);
        }
        catch (Core.TunnelException e) when (e.Error == Core.TunnelError.BadConfiguration)
        {
            // Refused whole.
        }
    }

    private static byte[] SecurityKey(SshPrivateKey inner, string type)
    {
        byte[] blob = new byte[300];
        SshWriter writer = new(blob);
        writer.WriteText(type);
        writer.WriteBytes(inner.PublicKey.Blob.Span[SshWriter.TextLength(inner.PublicKey.KeyType)..]);
        writer.WriteText("ssh:");
        return blob[..writer.Written];
    }

    // OpenSSH PROTOCOL.krl: the head, then every kind of section.
    private static byte[] RevocationList() => Octets.Of($"""
        5353484b524c0a00 u32:1 0000000000000001 0000000000000002 0000000000000000 s'' s'comment'
        01 s:{Convert.ToHexStringLower(Octets.Of($"s:{Hex(0)} s'' 20 s:00000000000000050000000000000006 21 s:000000000000001000000000000000ff 22 s:{Convert.ToHexStringLower(Octets.Of("0000000000000100 s:55"))} 23 s:{Convert.ToHexStringLower(Octets.Of("s'id'"))}"))}
        02 s:{Convert.ToHexStringLower(Octets.Of($"s:{Hex(0)} s:{Hex(2)}"))}
        03 s:{Convert.ToHexStringLower(Octets.Of($"s:{new string('a', 40)}"))}
        05 s:{Convert.ToHexStringLower(Octets.Of($"s:{new string('b', 64)}"))}
        ff s:{Convert.ToHexStringLower(Octets.Of("s'x' 00 s'y'"))}
        """);

    private static string Hex(int key) => Convert.ToHexStringLower(Keys[key].PublicKey.Blob.Span);

    private static void Signature(ReadOnlySpan<byte> input)
    {
        foreach (SshPrivateKey key in Keys)
            Require(!key.PublicKey.Verify([1, 2, 4], input, key.PublicKey.SignatureAlgorithms), "a signature verifies for other data");
    }

    private static void KnownHost(ReadOnlySpan<byte> input)
    {
        string[] lines = Encoding.UTF8.GetString(input).Split('\n');
        KnownHosts hosts = KnownHosts.FromLines(lines, "file");
        Require(hosts.Entries.Count + hosts.Warnings.Count <= lines.Length, "more entries than lines");
        _ = hosts.Lookup("a.example", 22, Keys[0].PublicKey).Status;
    }

    private static void AuthorizedKey(ReadOnlySpan<byte> input)
    {
        string[] lines = Encoding.UTF8.GetString(input).Split('\n');
        AuthorizedKeys keys = AuthorizedKeys.FromLines(lines, "file");
        Require(keys.Entries.Count + keys.Warnings.Count <= lines.Length, "more entries than lines");
        foreach (AuthorizedKeyEntry entry in keys.Entries)
        {
            _ = entry.Permissions.MayOpen("host", 80) && entry.Permissions.MayListen("", 0);
            _ = entry.Permissions.MaySource(System.Net.IPAddress.IPv6Loopback);
        }
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition) throw new CodecFailureException(otherwise);
    }
}
