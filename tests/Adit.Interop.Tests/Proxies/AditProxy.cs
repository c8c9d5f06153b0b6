using System.Net;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Proxies;

/// <summary>"adit proxy" on loopback, with an access log.</summary>
public sealed class AditProxy : IAsyncDisposable
{
    private readonly AditProgram _program;

    private AditProxy(AditProgram program, IPEndPoint endPoint)
    {
        _program = program;
        EndPoint = endPoint;
    }

    public IPEndPoint EndPoint { get; }

    public int Port => EndPoint.Port;

    public PeerProcess Process => _program.Process;

    public PeerFolder Folder => _program.Folder;

    /// <summary>The access log so far.</summary>
    public string AccessLog => File.ReadAllText(Folder["access"]);

    /// <summary>For curl: "socks5h://127.0.0.1:4711", perhaps with a user.</summary>
    public string Url(string scheme, string? user = null) => $"{scheme}://{(user is null ? "" : user + "@")}{EndPoint}";

    public static async Task<AditProxy> StartAsync(params string[] options)
    {
        PeerRequired.Installed("setpriv");
        var program = new AditProgram("proxy");
        try
        {
            string listen = Array.IndexOf(options, "--listen") < 0 ? "127.0.0.1:0" : options[Array.IndexOf(options, "--listen") + 1];
            string ready = await program.StartAsync(["proxy", .. Array.IndexOf(options, "--listen") < 0 ? ["--listen", listen] : Array.Empty<string>(), "--access-log", program.Folder["access"], .. options]);
            return new AditProxy(program, IPEndPoint.Parse(ready.Split(' ')[1].Replace("*", "127.0.0.1", StringComparison.Ordinal)));
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the access log has a line with all the words.</summary>
    public async Task<string> WaitForAccessAsync(params string[] words)
    {
        using var deadline = new CancellationTokenSource(PeerProcess.Patience);
        while (true)
        {
            if (AccessLog.Split('\n').FirstOrDefault(l => words.All(w => l.Contains(w, StringComparison.Ordinal))) is { } line) return line;
            if (deadline.IsCancellationRequested) throw Process.Failure($"has no line with {string.Join(", ", words)} in its access log:\n{AccessLog}");
            await Task.Delay(20);
        }
    }

    public ValueTask DisposeAsync() => _program.DisposeAsync();
}
