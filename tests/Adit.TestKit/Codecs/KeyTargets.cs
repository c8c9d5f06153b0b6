using System.Text;
using Adit.Ssh.Keys;

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
    }

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
