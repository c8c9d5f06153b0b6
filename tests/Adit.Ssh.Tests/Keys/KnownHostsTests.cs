using Adit.Core;
using Adit.Ssh.Keys;

namespace Adit.Ssh.Tests.Keys;

public sealed class KnownHostsTests : IDisposable
{
    private static readonly SshPublicKey First = SshPrivateKey.Generate(SshKeyKind.Ed25519).PublicKey;
    private static readonly SshPublicKey Second = SshPrivateKey.Generate(SshKeyKind.Ed25519).PublicKey;
    private static readonly SshPublicKey Ecdsa = SshPrivateKey.Generate(SshKeyKind.Ecdsa256).PublicKey;
    private static readonly SshPublicKey Rsa = SshPrivateKey.Generate(SshKeyKind.Rsa, 2048).PublicKey;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("adit-keys-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("host.example", "HOST.example", 22, KnownHostStatus.Match)]
    [InlineData("host.example", "other.example", 22, KnownHostStatus.Unknown)]
    [InlineData("a,host.example,192.0.2.1", "192.0.2.1", 22, KnownHostStatus.Match)]
    [InlineData("*.example", "host.example", 22, KnownHostStatus.Match)]
    [InlineData("hos?.example", "host.example", 22, KnownHostStatus.Match)]
    [InlineData("*.example,!host.example", "host.example", 22, KnownHostStatus.Unknown)]
    [InlineData("!host.example,*.example", "host.example", 22, KnownHostStatus.Unknown)]
    [InlineData("[host.example]:2222", "host.example", 2222, KnownHostStatus.Match)]
    [InlineData("[host.example]:2222", "host.example", 22, KnownHostStatus.Unknown)]
    [InlineData("[host.example]:2222", "host.example", 2223, KnownHostStatus.Unknown)]
    [InlineData("[*.example]:*", "host.example", 2223, KnownHostStatus.Match)]
    [InlineData("host.example", "host.example", 2222, KnownHostStatus.Match)]
    [InlineData("2001:db8::1", "2001:DB8::1", 22, KnownHostStatus.Match)]
    [InlineData("[2001:db8::1]:2222", "2001:db8::1", 2222, KnownHostStatus.Match)]
    public void Pattern_DecidesWhetherTheLineCounts(string hosts, string host, int port, KnownHostStatus expected)
    {
        KnownHosts known = Of($"{hosts} {First.ToAuthorizedKeysLine("comment")}");
        Assert.Empty(known.Warnings);
        Assert.Equal(expected, known.Lookup(host, port, First).Status);
    }

    [Fact]
    public void OtherKeyOfTheType_IsChanged_WithFileAndLine()
    {
        KnownHosts known = Of("# comment", "", $"h {First.ToAuthorizedKeysLine()}", $"h {Ecdsa.ToAuthorizedKeysLine()}");
        KnownHostResult result = known.Lookup("h", 22, Second);
        Assert.Equal((KnownHostStatus.Changed, "known_hosts", 3), (result.Status, result.Entry!.File, result.Entry.Line));
        Assert.Equal(Ecdsa, Assert.Single(result.Others).Key);
    }

    [Fact]
    public void KeyOfAnotherType_IsUnknown_AndTheOthersAreTold()
    {
        KnownHostResult result = Of($"h {First.ToAuthorizedKeysLine()}").Lookup("h", 22, Ecdsa);
        Assert.Equal((KnownHostStatus.Unknown, null), (result.Status, result.Entry));
        Assert.Equal(First, Assert.Single(result.Others).Key);
    }

    [Fact]
    public void AnyLineThatMatches_Suffices() =>
        Assert.Equal(KnownHostStatus.Match, Of($"h {First.ToAuthorizedKeysLine()}", $"h {Second.ToAuthorizedKeysLine()}").Lookup("h", 22, Second).Status);

    [Fact]
    public void LineWithoutPort_DoesNotCondemnAnotherPort() =>
        Assert.Equal(KnownHostStatus.Unknown, Of($"h {First.ToAuthorizedKeysLine()}").Lookup("h", 2222, Second).Status);

    [Fact]
    public void RevokedKey_IsRefusedEvenWhereAnotherLineHasIt()
    {
        KnownHosts known = Of($"h {First.ToAuthorizedKeysLine()}", $"@revoked * {First.ToAuthorizedKeysLine()}");
        Assert.Equal(KnownHostStatus.Revoked, known.Lookup("h", 22, First).Status);
        Assert.Equal(KnownHostStatus.Revoked, Of($"@revoked h {First.ToAuthorizedKeysLine()}").Lookup("h", 2222, First).Status);
        Assert.Equal(KnownHostStatus.Changed, known.Lookup("h", 22, Second).Status);
    }

    [Fact]
    public void CertAuthority_IsNoHostKey()
    {
        KnownHosts known = Of($"@cert-authority *.example {First.ToAuthorizedKeysLine()}");
        Assert.Equal(KnownHostStatus.Unknown, known.Lookup("h.example", 22, First).Status);
        Assert.Equal(First, Assert.Single(known.AuthoritiesFor("h.example", 22)));
        Assert.Empty(known.AuthoritiesFor("h.test", 22));
    }

    [Fact]
    public void BadLines_AreSkippedWithAWarning()
    {
        KnownHosts known = Of("h", "h ssh-ed25519", "h ssh-ed25519 AAAA", "@other h ssh-ed25519 AAAA", "|1|x|y ssh-ed25519 AAAA", "h 1024 35 1234567", $"h {First.ToAuthorizedKeysLine()}");
        Assert.Equal(6, known.Warnings.Count);
        Assert.Equal("known_hosts:4: marker: expected @cert-authority or @revoked, got @other", known.Warnings[3]);
        Assert.Equal(KnownHostStatus.Match, known.Lookup("h", 22, First).Status);
    }

    [Fact]
    public void KnownTypes_AreToldAsAlgorithms()
    {
        KnownHosts known = Of($"h {Rsa.ToAuthorizedKeysLine()}", $"h {First.ToAuthorizedKeysLine()}", $"@revoked h {Ecdsa.ToAuthorizedKeysLine()}");
        Assert.Equal(["rsa-sha2-512", "rsa-sha2-256", "ssh-ed25519"], known.AlgorithmsFor("h", 22));
        Assert.Equal(["rsa-sha2-512", "rsa-sha2-256", "ssh-ed25519"], known.AlgorithmsFor("h", 2222));
        Assert.Empty(known.AlgorithmsFor("i", 22));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AddedKey_IsFoundAtOnceAndAfterReading(bool hash)
    {
        string file = Path.Combine(_folder.FullName, ".ssh", "known_hosts"), global = Path.Combine(_folder.FullName, "global");
        File.WriteAllText(global, $"g {Second.ToAuthorizedKeysLine()}\n");
        KnownHosts known = KnownHosts.Load(file, global);
        known.Add("Host", 22, First, hash);
        known.Add("host", 2222, Ecdsa, hash);
        Assert.Equal(KnownHostStatus.Match, known.Lookup("host", 22, First).Status);
        KnownHosts read = KnownHosts.Load(file, global);
        Assert.Equal(KnownHostStatus.Match, read.Lookup("host", 22, First).Status);
        Assert.Equal((KnownHostStatus.Match, 2), (read.Lookup("host", 2222, Ecdsa).Status, read.Lookup("host", 2222, Ecdsa).Entry!.Line));
        Assert.Equal((KnownHostStatus.Changed, global), (read.Lookup("g", 22, First).Status, read.Lookup("g", 22, First).Entry!.File));
        Assert.Equal(hash, !File.ReadAllText(file).Contains("host", StringComparison.Ordinal));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(file)!));
        Assert.Equal(known.Entries.Where(e => e.File == file).Select(e => e.Line), read.Entries.Where(e => e.File == file).Select(e => e.Line));
    }

    [Fact]
    public void FileWithoutFinalLineEnd_DoesNotSwallowTheNewLine()
    {
        string file = Path.Combine(_folder.FullName, "known_hosts");
        File.WriteAllText(file, $"h {First.ToAuthorizedKeysLine()}");
        KnownHosts.Load(file).Add("i", 22, Second);
        KnownHosts read = KnownHosts.Load(file);
        Assert.Equal(KnownHostStatus.Match, read.Lookup("h", 22, First).Status);
        Assert.Equal((KnownHostStatus.Match, 2), (read.Lookup("i", 22, Second).Status, read.Lookup("i", 22, Second).Entry!.Line));
    }

    [Fact]
    public void NameWithPatternCharacters_IsNotAdded()
    {
        KnownHosts known = KnownHosts.Load(Path.Combine(_folder.FullName, "known_hosts"));
        Assert.Throws<ArgumentException>(() => known.Add("*", 22, First));
        Assert.Throws<ArgumentException>(() => known.Add("a b", 22, First));
    }

    [Fact]
    public void UnreadableFile_IsSaid() =>
        Assert.Equal(TunnelError.BadConfiguration, Assert.Throws<TunnelException>(() => KnownHosts.Load(_folder.FullName).Add("h", 22, First)).Error);

    private static KnownHosts Of(params string[] lines) => KnownHosts.FromLines(lines, "known_hosts");
}
