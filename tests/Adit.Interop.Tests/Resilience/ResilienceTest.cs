using System.Net.Sockets;
using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Resilience;

/// <summary>What tests of loss and load share: "adit ssh", streams that never end, and a look at a process from outside.</summary>
public abstract class ResilienceTest : GatewayTest
{
    /// <summary>Ours: how long after an end that the kernel tells everything may still be held, on a loaded machine.</summary>
    internal static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    /// <summary>"adit ssh" with a configuration and a home of its own.</summary>
    internal OpenSshClient Adit(SshTarget target, SshKeyFile? identity = null) => new(target, identity ?? Identity)
    {
        Program = AditProgram.ExecutablePath,
        Verb = ["ssh"],
        Environment = new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = null, ["HOME"] = Folder.Path, ["ADIT_STATE"] = Folder["state"] },
    };

    internal Task<OpenSshServer> StartSshdAsync(params string[] config) =>
        OpenSshServer.StartAsync(new OpenSshServerOptions { AuthorizedKeys = [Identity.PublicLine], Config = config });

    /// <summary>A source that outlasts every test.</summary>
    internal static StreamServer EndlessSource() => StreamServer.Source(1L << 40, Seed);

    /// <summary>Connects and reads on, in the background, until the stream ends or breaks; returns once a Mebioctet came.</summary>
    internal static async Task<Task> DownloadForeverAsync(int port, PeerProcess through)
    {
        NetworkStream stream = await StreamProbe.ConnectAsync(Loopback(port));
        try
        {
            await stream.ReadExactlyAsync(new byte[Mebi]).AsTask().WaitAsync(PeerProcess.Patience);
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            throw through.Failure($"port {port} does not give a Mebioctet: {e.Message}");
        }

        return Task.Run(async () =>
        {
            await using (stream)
            {
                await BreakAsync(() => StreamProbe.ReadToEndAsync(stream));
            }
        });
    }

    /// <summary>Connects and writes on, in the background, until the stream breaks; returns once a Mebioctet went.</summary>
    internal static async Task<Task> UploadForeverAsync(int port)
    {
        NetworkStream stream = await StreamProbe.ConnectAsync(Loopback(port));
        await StreamProbe.SendAsync(stream, Mebi, Seed).WaitAsync(PeerProcess.Patience);
        return Task.Run(async () =>
        {
            await using (stream)
            {
                await BreakAsync(() => StreamProbe.SendAsync(stream, 1L << 40, Seed));
            }
        });
    }

    /// <summary>Descriptors of a process, but for its own code and symbols, which the runtime opens when it first needs them.</summary>
    internal static int CountDescriptors(int pid) => Directory.EnumerateFileSystemEntries($"/proc/{pid}/fd").Count(f =>
    {
        try
        {
            return Path.GetExtension(new FileInfo(f).LinkTarget) is not (".dll" or ".pdb");
        }
        catch (IOException)
        {
            return false; // closed meanwhile
        }
    });

    internal static long ResidentMebi(int pid) =>
        long.Parse(File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024;

    private static async Task BreakAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (IOException)
        {
            // As expected.
        }
    }
}
