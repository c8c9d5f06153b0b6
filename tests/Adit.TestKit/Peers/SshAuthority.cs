namespace Adit.TestKit.Peers;

/// <summary>A certificate authority by ssh-keygen -s.</summary>
public sealed class SshAuthority
{
    private SshAuthority(SshKeyFile key) => Key = key;

    /// <summary>The authority's own key.</summary>
    public SshKeyFile Key { get; }

    public static async Task<SshAuthority> MakeAsync(PeerFolder folder, string name = "authority", string type = "ed25519") =>
        new(await SshKeyFile.GenerateAsync(folder, name, type));

    /// <summary>Certifies a key; the certificate lies beside it, as KEY-cert.pub.</summary>
    /// <param name="key">The key.</param>
    /// <param name="options">Further options, such as -n alice, -V +1d, -h, -z 7, -O clear.</param>
    /// <returns>The certificate's path.</returns>
    public async Task<string> CertifyAsync(SshKeyFile key, params string[] options)
    {
        (await ProcessRunner.RunAsync("ssh-keygen", ["-q", "-s", Key.PrivatePath, "-I", "the id", .. options, key.PublicPath])).Succeeded();
        return key.PrivatePath + "-cert.pub";
    }
}
