namespace Adit.TestKit.Peers;

/// <summary>Packets of an interface, recorded by tcpdump and told by tshark.</summary>
public sealed class PacketCapture : IAsyncDisposable
{
    /// <summary>What it needs, for a test's first line.</summary>
    public static readonly IReadOnlyList<string> Needs = ["tcpdump", "tshark"];

    private readonly PeerFolder _folder;
    private readonly PeerProcess _process;

    private PacketCapture(PeerFolder folder, PeerProcess process)
    {
        _folder = folder;
        _process = process;
    }

    /// <summary>Records from when it returns.</summary>
    /// <param name="at">The namespace.</param>
    /// <param name="device">The interface.</param>
    /// <param name="filter">As tcpdump has it; empty for all.</param>
    public static async Task<PacketCapture> StartAsync(NetworkNamespace at, string device, string filter = "")
    {
        PeerFolder folder = new("capture");
        PeerProcess process = await PeerProcess.StartAsync(new PeerStart
        {
            Program = InstalledPeers.Find("tcpdump"),
            // A place in its ring is as large as the longest packet, and a small ring overflows at once.
            Arguments = ["-i", device, "-U", "--immediate-mode", "-s", "2000", "-B", "32768", "-Z", "root", "-w", folder["packets.pcap"], .. filter.Length == 0 ? Array.Empty<string>() : [filter]],
            Namespace = at.Name,
        });
        PacketCapture capture = new(folder, process);
        try
        {
            await process.WaitForErrorLineAsync(l => l.Contains("listening on", StringComparison.Ordinal), "a line that it listens");
            return capture;
        }
        catch
        {
            await capture.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the recording, and returns the fields of each packet, in tshark's names, as it prints them: of a field that stands in several layers the values with commas between, the outermost first.</summary>
    /// <param name="filter">A display filter; empty for all packets.</param>
    /// <param name="fields">Names of fields.</param>
    public async Task<IReadOnlyList<string[]>> EndAsync(string filter, params string[] fields)
    {
        if (!_process.HasExited)
        {
            await _process.SignalAsync("INT");
            await _process.WaitForExitAsync();
        }

        return await ReadAsync(_folder["packets.pcap"], filter, fields);
    }

    /// <summary>The fields of each packet of a file.</summary>
    /// <param name="file">pcap or pcapng.</param>
    /// <param name="filter">A display filter; empty for all packets.</param>
    /// <param name="fields">Names of fields.</param>
    public static async Task<IReadOnlyList<string[]>> ReadAsync(string file, string filter, params string[] fields)
    {
        string[] arguments = ["-n", "-r", file, "-T", "fields", .. fields.SelectMany(f => new[] { "-e", f }), .. filter.Length == 0 ? Array.Empty<string>() : ["-Y", filter]];
        ProcessResult result = (await ProcessRunner.RunAsync("tshark", arguments)).Succeeded();
        return [.. result.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t'))];
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }
}
