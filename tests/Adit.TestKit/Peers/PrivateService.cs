using System.Net;

namespace Adit.TestKit.Peers;

/// <summary>A program that listens on a port and has a private folder; disposing it kills the one and removes the other.</summary>
public abstract class PrivateService(PeerFolder folder, PeerProcess process, int port) : IAsyncDisposable
{
    /// <summary>Its private folder.</summary>
    public PeerFolder Folder { get; } = folder;

    public PeerProcess Process { get; } = process;

    public int Port { get; } = port;

    public IPEndPoint EndPoint => new(IPAddress.Loopback, Port);

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Prepares a folder, starts the program, in a network namespace if one is named, and waits until it listens on <paramref name="address"/>.</summary>
    private protected static async Task<T> StartAsync<T>(
        string purpose, int port, Func<PeerFolder, int, Task<PeerStart>> prepare, Func<PeerFolder, PeerProcess, int, T> make, string address = "127.0.0.1", NetworkNamespace? at = null)
    {
        if (port == 0) port = Ports.Free();
        PeerFolder folder = new(purpose);
        PeerProcess? process = null;
        try
        {
            process = await PeerProcess.StartAsync((await prepare(folder, port)) with { Namespace = at?.Name });
            await Readiness.WaitForListenerAsync(at is null ? new IPEndPoint(IPAddress.Parse(address), port) : at.At(address, port), process);
            return make(folder, process, port);
        }
        catch
        {
            if (process is not null) await process.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }
}
