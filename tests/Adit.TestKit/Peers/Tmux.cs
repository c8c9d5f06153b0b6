using System.Net.Sockets;

namespace Adit.TestKit.Peers;

/// <summary>A real terminal: a window of tmux(1) in which a shell runs, with keys to press and a screen to read.</summary>
public sealed class Tmux : IAsyncDisposable
{
    private readonly PeerFolder _folder;
    private readonly PeerProcess _server;

    private Tmux(PeerFolder folder, PeerProcess server)
    {
        _folder = folder;
        _server = server;
    }

    /// <summary>Opens a window in which <c>sh</c> runs.</summary>
    public static async Task<Tmux> StartAsync(IReadOnlyDictionary<string, string?> environment, int columns = 100, int rows = 30)
    {
        PeerFolder folder = new("tmux");
        PeerProcess? server = null;
        try
        {
            // No status line: the window is all the terminal's.
            string config = folder.Write("config", "set -g status off\nset -g default-terminal screen\nset -g escape-time 10\n");
            server = await PeerProcess.StartAsync(new PeerStart
            {
                Program = "tmux",
                Arguments = ["-S", folder["tmux"], "-f", config, "-D"],
                Environment = new Dictionary<string, string?>(environment) { ["ENV"] = null, ["TMUX"] = null, ["LC_ALL"] = "C.UTF-8" },
            });
            await Readiness.WaitForListenerAsync(new UnixDomainSocketEndPoint(folder["tmux"]), server);
            Tmux tmux = new(folder, server);
            await tmux.CommandAsync("new-session", "-d", "-x", columns.ToString(), "-y", rows.ToString(), "sh");
            await tmux.WaitForAsync(screen => screen.Trim().Length > 0, "shell's prompt");
            return tmux;
        }
        catch
        {
            if (server is not null) await server.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Types text, and a return after it.</summary>
    public async Task EnterAsync(string text)
    {
        await TypeAsync(text);
        await PressAsync("Enter");
    }

    /// <summary>Types text as it stands.</summary>
    public Task TypeAsync(string text) => CommandAsync("send-keys", "-l", "--", text);

    /// <summary>Presses keys by tmux's names: Enter, Escape, C-c.</summary>
    public Task PressAsync(params string[] keys) => CommandAsync(["send-keys", .. keys]);

    /// <summary>Changes the window's size.</summary>
    public Task ResizeAsync(int columns, int rows) => CommandAsync("resize-window", "-x", columns.ToString(), "-y", rows.ToString());

    /// <summary>What is on the screen, and what has left it upwards.</summary>
    public async Task<string> ReadAsync() => (await RunAsync("capture-pane", "-p", "-J", "-S", "-")).Text;

    /// <summary>Waits until the screen holds a text.</summary>
    public Task<string> WaitForAsync(string text, string? what = null) => WaitForAsync(screen => screen.Contains(text, StringComparison.Ordinal), what ?? $"\"{text}\"");

    /// <summary>Waits until the screen is as wanted.</summary>
    public async Task<string> WaitForAsync(Func<string, bool> wanted, string what)
    {
        DateTime deadline = DateTime.UtcNow + PeerProcess.Patience;
        while (true)
        {
            string screen = await ReadAsync();
            if (wanted(screen)) return screen;
            if (DateTime.UtcNow > deadline) throw _server.Failure($"no {what} on the screen:\n{screen.TrimEnd()}\n---");
            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("kill-server");
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    private async Task CommandAsync(params string[] command) => (await RunAsync(command)).Succeeded();

    private Task<ProcessResult> RunAsync(params string[] command) => ProcessRunner.RunAsync("tmux", ["-S", _folder["tmux"], .. command]);
}
