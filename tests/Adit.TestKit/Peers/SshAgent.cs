using System.Net.Sockets;

namespace Adit.TestKit.Peers;

/// <summary>A private ssh-agent(1).</summary>
public sealed class SshAgent : IAsyncDisposable
{
    private readonly PeerFolder _folder;
    private readonly PeerProcess _process;

    private SshAgent(PeerFolder folder, PeerProcess process)
    {
        _folder = folder;
        _process = process;
    }

    /// <summary>What SSH_AUTH_SOCK names.</summary>
    public string SocketPath => _folder["agent"];

    public static async Task<SshAgent> StartAsync(params SshKeyFile[] keys)
    {
        PeerFolder folder = new("agent");
        PeerProcess? process = null;
        try
        {
            process = await PeerProcess.StartAsync("ssh-agent", "-D", "-a", folder["agent"]);
            await Readiness.WaitForListenerAsync(new UnixDomainSocketEndPoint(folder["agent"]), process);
            SshAgent agent = new(folder, process);
            foreach (SshKeyFile key in keys) await agent.AddAsync(key);
            return agent;
        }
        catch
        {
            if (process is not null) await process.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>ssh-add, for a key without a passphrase.</summary>
    public async Task AddAsync(SshKeyFile key, params string[] options)
    {
        PeerStart start = new()
        {
            Program = "ssh-add",
            Arguments = ["-q", .. options, key.PrivatePath],
            Environment = new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = SocketPath },
        };
        (await ProcessRunner.RunAsync(start)).Succeeded();
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }
}
