using System.Net.Sockets;
using System.Text.Json;

namespace Adit.TestKit.Peers;

/// <summary>A running "adit link TYPE …" in a namespace.</summary>
public sealed class AditLink : IAsyncDisposable
{
    private readonly AditProgram _program = new("link");

    private AditLink(NetworkNamespace at) => At = at;

    public NetworkNamespace At { get; }

    /// <summary>Its line "ready …".</summary>
    public string Ready { get; private set; } = "";

    public PeerProcess Process => _program.Process;

    public PeerFolder Folder => _program.Folder;

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <param name="at">The namespace.</param>
    /// <param name="arguments">What follows "adit link".</param>
    public static async Task<AditLink> StartAsync(NetworkNamespace at, params string[] arguments)
    {
        AditLink link = new(at);
        try
        {
            link.Ready = await link._program.StartAsync(link._program.Command(["link", .. arguments]) with { Namespace = at.Name });
            return link;
        }
        catch
        {
            await link.DisposeAsync();
            throw;
        }
    }

    /// <summary>What "adit status --output json" says of it.</summary>
    public async Task<JsonElement> StatusAsync()
    {
        ProcessResult result = (await _program.RunAsync("status", "--output", "json")).Succeeded();
        using JsonDocument document = JsonDocument.Parse(result.Output);
        return document.RootElement.Clone();
    }

    /// <summary>What it says of the link itself on its control socket, without a process for it: device, packets, segments a batch, drops by reason.</summary>
    public async Task<JsonElement> LinkStatusAsync()
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using CancellationTokenSource deadline = new(PeerProcess.Patience);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(_program.State, "run", $"{Process.Id}.sock")), deadline.Token);
        await socket.SendAsync("{\"ask\":\"status\"}\n"u8.ToArray(), deadline.Token);
        await using NetworkStream stream = new(socket);
        using JsonDocument document = await JsonDocument.ParseAsync(stream, cancellationToken: deadline.Token);
        return document.RootElement.GetProperty("sections")[0].GetProperty("link").Clone();
    }

    public ValueTask DisposeAsync() => _program.DisposeAsync();
}
