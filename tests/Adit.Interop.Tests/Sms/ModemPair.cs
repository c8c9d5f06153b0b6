using System.Text;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Sms;

/// <summary>Modems on pseudo-terminals, joined by a network of their own (Peers/modems.py); the N-th has the number +49170000000N.</summary>
internal sealed class ModemPair : IAsyncDisposable
{
    private readonly PeerProcess _process;

    private ModemPair(PeerProcess process, string[] devices) => (_process, Devices) = (process, devices);

    public IReadOnlyList<string> Devices { get; }

    /// <param name="behaviour">loss, duplicates, reorder, scale, seed, busy; or nothing.</param>
    public static async Task<ModemPair> StartAsync(params string[] behaviour)
    {
        PeerProcess process = await PeerProcess.StartAsync("/usr/bin/python3", [Path.Combine(AppContext.BaseDirectory, "Peers", "modems.py"), "2", .. behaviour]);
        string ready = await process.WaitForOutputLineAsync(l => l.StartsWith("ready ", StringComparison.Ordinal), "a line ready");
        return new ModemPair(process, ready[6..].Split(' '));
    }

    /// <summary>sent, lost, delivered, busy, stored.</summary>
    public async Task<string> CountsAsync()
    {
        await _process.StandardInput.WriteAsync(Encoding.ASCII.GetBytes("counts\n"));
        await _process.StandardInput.FlushAsync();
        return await _process.WaitForOutputLineAsync(l => l.StartsWith('{'), "counts");
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
