using Adit.TestKit.Peers;

namespace Adit.Bench.Http;

/// <summary>An open way to the load server.</summary>
/// <param name="port">Where it is entered.</param>
/// <param name="processes">Both ends, whose CPU counts.</param>
/// <param name="owned">What ends with it.</param>
internal sealed class HttpTunnel(int port, IReadOnlyList<PeerProcess> processes, params IAsyncDisposable[] owned) : IAsyncDisposable
{
    public int Port => port;

    public IReadOnlyList<PeerProcess> Processes => processes;

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable each in owned) await each.DisposeAsync();
    }
}
