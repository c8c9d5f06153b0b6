using System.Net;

namespace Adit.TestKit.Peers;

/// <summary>mosquitto(8) on loopback, with a configuration of its own; it can be restarted where it was.</summary>
public sealed class Mosquitto : IAsyncDisposable
{
    private readonly PeerFolder _folder;
    private readonly PeerStart _start;

    private Mosquitto(PeerFolder folder, PeerStart start, int port) => (_folder, _start, Port) = (folder, start, port);

    public int Port { get; }

    /// <summary>Where it takes MQTT over WebSocket.</summary>
    public int WebSocketPort { get; private init; }

    public PeerProcess Process { get; private set; } = null!;

    /// <summary>What it logged so far.</summary>
    public string Log => Process.Errors.Text + Process.Output.Text;

    /// <summary>Starts one.</summary>
    /// <param name="configuration">Lines of mosquitto.conf(5) after the listener's; null: anybody may do anything.</param>
    /// <param name="files">Files that the configuration names as {name}, and what stands in them.</param>
    public static async Task<Mosquitto> StartAsync(IReadOnlyList<string>? configuration = null, params (string Name, string Text)[] files)
    {
        PeerFolder folder = new("mosquitto");
        try
        {
            int port = Ports.Free(), webSocketPort = Ports.Free();
            // As root it would become another user, who may not read the files.
            List<string> lines = ["user root", "log_dest stderr", "log_type all", "persistence false", $"listener {port} 127.0.0.1", .. configuration ?? ["allow_anonymous true"], $"listener {webSocketPort} 127.0.0.1", "protocol websockets"];
            foreach ((string name, string text) in files)
            {
                string path = folder.Write(name, text);
                lines = [.. lines.Select(l => l.Replace($"{{{name}}}", path, StringComparison.Ordinal))];
            }

            string file = folder.Write("mosquitto.conf", string.Join('\n', lines) + "\n");
            var broker = new Mosquitto(folder, new PeerStart { Program = "mosquitto", Arguments = ["-c", file] }, port) { WebSocketPort = webSocketPort };
            await broker.RunAsync();
            return broker;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Kills it.</summary>
    public ValueTask StopAsync() => Process.DisposeAsync();

    /// <summary>Starts it again where it was.</summary>
    public async Task RunAsync()
    {
        Process = await PeerProcess.StartAsync(_start);
        foreach (int port in (int[])[Port, WebSocketPort]) await Readiness.WaitForListenerAsync(new IPEndPoint(IPAddress.Loopback, port), Process);
    }

    public async ValueTask DisposeAsync()
    {
        if (Process is not null) await Process.DisposeAsync();
        _folder.Dispose();
    }
}
