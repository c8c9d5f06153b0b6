namespace Adit.TestKit.Peers;

/// <summary>A private key in dropbear's own format.</summary>
public sealed record DropbearKeyFile(string Path, string PublicKey)
{
    /// <param name="type">As dropbearkey -t has it: ed25519, rsa, ecdsa.</param>
    public static async Task<DropbearKeyFile> GenerateAsync(PeerFolder folder, string name, string type = "ed25519")
    {
        string path = folder[name];
        ProcessResult made = (await ProcessRunner.RunAsync("dropbearkey", "-t", type, "-f", path)).Succeeded();
        string line = made.Text.Split('\n').First(l => l.StartsWith("ssh-", StringComparison.Ordinal) || l.StartsWith("ecdsa-", StringComparison.Ordinal));
        return new DropbearKeyFile(path, string.Join(' ', line.Split(' ')[..2]));
    }
}
