using System.Text;
using System.Text.Json;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Sms;

/// <summary>npm's smpp as a message centre (Peers/smsc.cjs).</summary>
internal sealed class NodeCentre : IAsyncDisposable
{
    private readonly PeerProcess _process;
    private int _asked;

    private NodeCentre(PeerProcess process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    /// <param name="options">As JSON: loss, duplicates, reorder (ms), scale, rate, seed, password, old, receipts.</param>
    public static async Task<NodeCentre> StartAsync(string options = "{}")
    {
        PeerProcess process = await PeerProcess.StartAsync(NodePeer.Command("smsc.cjs", options));
        string ready = await process.WaitForOutputLineAsync(l => l.StartsWith("ready ", StringComparison.Ordinal), "a line ready");
        return new NodeCentre(process, int.Parse(ready[6..]));
    }

    /// <summary>What it counted: submitted, throttled, lost, delivered, early, seconds, longest, bad.</summary>
    public async Task<JsonElement> CountsAsync(string ask = "counts")
    {
        int number = ++_asked;
        await _process.StandardInput.WriteAsync(Encoding.ASCII.GetBytes(ask + "\n"));
        await _process.StandardInput.FlushAsync();
        int seen = 0;
        string line = await _process.WaitForOutputLineAsync(l => l.StartsWith('{') && ++seen >= number, "counts");
        return JsonDocument.Parse(line).RootElement;
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
