namespace Adit.TestKit.Peers;

/// <summary>
/// Starts a peer that will not serve as root (squid, apache2) as an account of the system, in a mount namespace where its private folder is /mnt, for no other
/// account can reach the folder itself; /dev/shm and /run are its own there.
/// </summary>
internal static class Unprivileged
{
    /// <summary>Where the peer finds its folder.</summary>
    public const string Folder = "/mnt";

    /// <param name="account">Who it runs as; ignored unless the tests run as root.</param>
    /// <param name="folder">Its folder, which is given to the account with all that is in it now.</param>
    /// <param name="networkNamespace">Null for the tests' own.</param>
    /// <param name="command">Program and arguments, which name files below <see cref="Folder"/>.</param>
    public static async Task<PeerStart> CommandAsync(string account, PeerFolder folder, string? networkNamespace, params string[] command)
    {
        (await ProcessRunner.RunAsync("chown", "-R", $"{account}:", folder.Path)).Succeeded();
        const string script =
            "mount --bind \"$1\" /mnt && mount -t tmpfs -o mode=1777 tmpfs /dev/shm && mount -t tmpfs -o mode=1777 tmpfs /run && cd /mnt && account=$2 && shift 2 && " +
            "exec setpriv --reuid \"$account\" --regid \"$(id -g \"$account\")\" --clear-groups --pdeathsig KILL -- \"$@\"";
        return new PeerStart
        {
            Program = "unshare",
            Arguments = ["--mount", "--propagation", "private", "sh", "-c", script, "sh", folder.Path, account, .. command],
            Namespace = networkNamespace,
        };
    }
}
