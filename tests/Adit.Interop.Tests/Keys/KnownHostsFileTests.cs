using Adit.Ssh.Keys;

namespace Adit.Interop.Tests.Keys;

/// <summary>known_hosts files that ssh-keygen hashed are read here; ours are searched by ssh-keygen.</summary>
public sealed class KnownHostsFileTests : IDisposable
{
    private readonly ToolFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void HashedBySshKeygen_IsFound()
    {
        SshPublicKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519).PublicKey, other = SshPrivateKey.Generate(SshKeyKind.Ed25519).PublicKey;
        string line = key.ToAuthorizedKeysLine();
        File.WriteAllText(_folder["known"], $"host.example,192.0.2.7 {line}\n[host.example]:2222 {line}\n2001:db8::1 {line}\n[2001:db8::1]:2222 {line}\n");
        _folder.Run("ssh-keygen", "-H", "-f", "known");
        KnownHosts known = KnownHosts.Load(_folder["known"]);
        Assert.Equal(5, known.Entries.Count);
        Assert.All(known.Entries, e => Assert.True(e.IsHashed));
        foreach ((string host, int port) in new[] { ("Host.example", 22), ("192.0.2.7", 22), ("host.example", 2222), ("2001:db8::1", 22), ("2001:db8::1", 2222) })
        {
            Assert.Equal(KnownHostStatus.Match, known.Lookup(host, port, key).Status);
            Assert.Equal(KnownHostStatus.Changed, known.Lookup(host, port, other).Status);
        }

        Assert.Equal(KnownHostStatus.Unknown, known.Lookup("other.example", 22, key).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WrittenHere_IsFoundBySshKeygen(bool hash)
    {
        SshPublicKey key = SshPrivateKey.Generate(SshKeyKind.Ecdsa256).PublicKey;
        KnownHosts known = KnownHosts.Load(_folder["known"]);
        known.Add("host.example", 22, key, hash);
        known.Add("host.example", 2222, key, hash);
        known.Add("2001:db8::1", 22, key, hash);
        foreach ((string name, int line) in new[] { ("host.example", 1), ("[host.example]:2222", 2), ("2001:db8::1", 3) })
        {
            string found = _folder.Run("ssh-keygen", "-F", name, "-f", "known");
            Assert.Contains($"found: line {line}", found, StringComparison.Ordinal);
            Assert.Contains(key.ToAuthorizedKeysLine(), found, StringComparison.Ordinal);
        }
    }
}
