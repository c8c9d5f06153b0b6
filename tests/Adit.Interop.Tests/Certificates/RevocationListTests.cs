using Adit.Interop.Tests.Gateway;
using Adit.Ssh.Keys;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Certificates;

/// <summary>Key revocation lists that ssh-keygen -k made: what ssh-keygen -Q says of a key, we say too.</summary>
public sealed class RevocationListTests : GatewayTest
{
    [Fact]
    public async Task EveryKindOfEntry_RevokesWhatSshKeygenSays()
    {
        SshAuthority authority = await SshAuthority.MakeAsync(Folder, "first"), other = await SshAuthority.MakeAsync(Folder, "second");
        List<string> subjects = [];
        for (int i = 0; i < 6; i++)
        {
            SshKeyFile key = await SshKeyFile.GenerateAsync(Folder, $"key{i}");
            subjects.Add(key.PublicPath);
            int serial = new[] { 0, 5, 12, 200, 203, 1000 }[i];
            subjects.Add(await (i == 5 ? other : authority).CertifyAsync(key, "-z", $"{serial}"));
        }

        subjects.Add(authority.Key.PublicPath);
        string[] specifications =
        [
            "serial: 5\n", "serial: 10-20\n", "serial: 200\nserial: 203\nserial: 204\nserial: 230\n", "id: the id\n", "serial: 1-2000\n",
            $"key: {File.ReadAllText(subjects[0])}", $"sha1: {File.ReadAllText(subjects[2])}", $"sha256: {File.ReadAllText(subjects[4])}", $"key: {authority.Key.PublicLine}\n",
            $"hash: {Fingerprint(subjects[6])}\n", "serial: 0x10000000000-0x20000000000\n",
        ];
        int revoked = 0;
        foreach (string specification in specifications)
        {
            string krl = Folder["krl"], text = Folder.Write("specification", specification);
            File.Delete(krl);
            (await ProcessRunner.RunAsync("ssh-keygen", "-q", "-k", "-f", krl, "-s", authority.Key.PublicPath, text)).Succeeded();
            RevokedKeys ours = RevokedKeys.Load(krl);
            string[] theirs = (await ProcessRunner.RunAsync("ssh-keygen", ["-Q", "-f", krl, .. subjects])).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(subjects.Count, theirs.Length);
            foreach ((string path, string verdict) in subjects.Zip(theirs))
            {
                Assert.True(SshPublicKey.TryParse(File.ReadAllText(path), out SshPublicKey? key, out _, out _));
                bool isRevoked = verdict.EndsWith("REVOKED", StringComparison.Ordinal);
                Assert.True(ours.Contains(key) == isRevoked, $"{specification}: {verdict}");
                if (isRevoked) revoked++;
            }
        }

        Assert.True(revoked >= 15, $"{revoked} revoked");
    }

    private static string Fingerprint(string path) =>
        SshPublicKey.TryParse(File.ReadAllText(path), out SshPublicKey? key, out _, out _) ? key.Fingerprint : throw new PeerFailureException(path);
}
