namespace Adit.TestKit.Peers;

/// <summary>A key pair made by ssh-keygen, in OpenSSH's format.</summary>
public sealed record SshKeyFile(string PrivatePath, string PublicLine)
{
    public string PublicPath => PrivatePath + ".pub";

    /// <summary>The public key as "type base64", without its comment.</summary>
    public string PublicKey => string.Join(' ', PublicLine.Split(' ')[..2]);

    /// <param name="type">As ssh-keygen -t has it: ed25519, rsa, ecdsa.</param>
    /// <param name="bits">0 for ssh-keygen's default.</param>
    /// <param name="format">What ssh-keygen -m takes: RFC4716, PKCS8, PEM; null for OpenSSH's own.</param>
    public static async Task<SshKeyFile> GenerateAsync(
        PeerFolder folder, string name, string type = "ed25519", int bits = 0, string passphrase = "", string? format = null)
    {
        string path = folder[name];
        List<string> arguments = ["-q", "-t", type, "-N", passphrase, "-C", $"{name}@adit.test", "-f", path];
        if (bits > 0) arguments.AddRange(["-b", bits.ToString()]);
        if (format is not null) arguments.AddRange(["-m", format]);
        (await ProcessRunner.RunAsync("ssh-keygen", [.. arguments])).Succeeded();
        return new SshKeyFile(path, (await File.ReadAllTextAsync(path + ".pub")).Trim());
    }
}
