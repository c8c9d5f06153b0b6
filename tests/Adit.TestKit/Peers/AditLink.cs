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

    public ValueTask DisposeAsync() => _program.DisposeAsync();
}
