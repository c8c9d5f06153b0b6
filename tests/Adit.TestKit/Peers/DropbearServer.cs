namespace Adit.TestKit.Peers;

/// <summary>
/// A private dropbear(8). It knows no option for authorized_keys and reads the one in root's home; so it runs in a mount namespace of its own,
/// where a private folder lies over that home. Needs root.
/// </summary>
public sealed class DropbearServer : IAsyncDisposable
{
    private readonly PeerFolder _folder;

    private DropbearServer(PeerFolder folder, PeerProcess process, SshTarget target)
    {
        _folder = folder;
        Process = process;
        Target = target;
    }

    public PeerProcess Process { get; }

    public SshTarget Target { get; }

    public static async Task<DropbearServer> StartAsync(
        IReadOnlyList<string> authorizedKeys, string address = "127.0.0.1", string hostKeyType = "ed25519", params string[] options)
    {
        PeerFolder folder = new("dropbear");
        PeerProcess? process = null;
        try
        {
            DropbearKeyFile hostKey = await DropbearKeyFile.GenerateAsync(folder, "host_key", hostKeyType);
            folder.Write("home/.ssh/authorized_keys", string.Join('\n', authorizedKeys) + "\n");
            string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            SshTarget target = new(address, Ports.Free(), Environment.UserName, [hostKey.PublicKey]);
            string listen = address.Contains(':') ? $"[{address}]:{target.Port}" : $"{address}:{target.Port}";
            process = await PeerProcess.StartAsync(new PeerStart
            {
                Program = "unshare",
                Arguments =
                [
                    // The key is opened before the home is covered only if it lies elsewhere, which it does.
                    "--mount", "--propagation", "private", "sh", "-c", "mount --bind \"$1\" \"$2\" && shift 2 && exec \"$@\"", "sh",
                    folder["home"], home, InstalledPeers.Find("dropbear"), "-F", "-E", "-s", "-r", hostKey.Path, "-P", folder["pid"], "-p", listen,
                    .. options,
                ],
            });
            await Readiness.WaitForListenerAsync(target.EndPoint, process);
            return new DropbearServer(folder, process, target);
        }
        catch
        {
            if (process is not null) await process.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        _folder.Dispose();
    }
}
