namespace Adit.TestKit.Peers;

/// <summary>tinyproxy(8): an HTTP proxy with Basic or without.</summary>
public sealed class TinyProxy : PrivateService
{
    private TinyProxy(PeerFolder folder, PeerProcess process, int port)
        : base(folder, process, port)
    {
    }

    /// <param name="config">Further lines, such as ConnectPort.</param>
    public static Task<TinyProxy> StartAsync(string? user = null, string? password = null, IReadOnlyList<string>? config = null, int port = 0) => StartAsync(
        "tinyproxy",
        port,
        (folder, at) =>
        {
            string file = folder.Write("tinyproxy.conf", $"""
                Port {at}
                Listen 127.0.0.1
                Listen ::1
                Timeout 600
                MaxClients 100
                LogLevel Info
                {(user is null ? "" : $"BasicAuth {user} {password}")}
                {string.Join('\n', config ?? [])}

                """);
            return Task.FromResult(new PeerStart { Program = "tinyproxy", Arguments = ["-d", "-c", file] });
        },
        (folder, process, at) => new TinyProxy(folder, process, at));
}
