using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Links;

/// <summary>A peer of scapy's in a namespace (Programs/scapy_peer.py): it sends packets octet by octet as told, and shows all that comes back.</summary>
internal sealed class ScapyPeer : IAsyncDisposable
{
    private readonly PeerProcess _process;
    private readonly StreamReader _answers;

    private ScapyPeer(PeerProcess process)
    {
        _process = process;
        _answers = new StreamReader(process.StandardOutput);
    }

    /// <param name="at">Where.</param>
    /// <param name="device">Its interface.</param>
    /// <param name="to">The hardware address that its frames go to.</param>
    /// <param name="tap">What "tap" is in expressions: the hardware address inside.</param>
    public static async Task<ScapyPeer> StartAsync(NetworkNamespace at, string device, string to, string tap)
    {
        ScapyPeer peer = new(await PeerProcess.StartAsync(LinkTest.Python(at, "scapy_peer", device, to, tap) with { RawOutput = true }));
        try
        {
            Assert.Equal("ready", await peer.ReadAsync());
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends packets, and waits for one that carries the marker; fails when none comes.</summary>
    /// <param name="packets">Expressions of scapy's, each of IP or Ethernet and what is above.</param>
    /// <param name="marker">Text within the last packet that is waited for.</param>
    /// <param name="see">Expressions about a frame p that came.</param>
    /// <returns>For each packet that came, the one with the marker last, what the expressions are.</returns>
    public async Task<IReadOnlyList<string[]>> ExchangeAsync(IReadOnlyList<string> packets, string marker, params string[] see)
    {
        JsonObject request = new()
        {
            ["packets"] = new JsonArray([.. packets.Select(p => JsonValue.Create(p))]),
            ["marker"] = marker,
            ["see"] = new JsonArray([.. see.Select(s => JsonValue.Create(s))]),
        };
        JsonElement answer = await AskAsync(request);
        return [.. answer.GetProperty("seen").EnumerateArray().Select(p => p.EnumerateArray().Select(v => v.GetString()!).ToArray())];
    }

    /// <summary>Sends a packet many times, each with other accidents behind its outer IP (and UDP) header: octets changed, cut off, repeated.</summary>
    public Task MutateAsync(string packet, int times, int seed) => AskAsync(new JsonObject { ["packet"] = packet, ["times"] = times, ["seed"] = seed });

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _answers.Dispose();
    }

    private async Task<JsonElement> AskAsync(JsonObject request)
    {
        await _process.StandardInput.WriteAsync(Encoding.UTF8.GetBytes(request.ToJsonString(JsonSerializerOptions.Default) + "\n"));
        await _process.StandardInput.FlushAsync();
        using JsonDocument answer = JsonDocument.Parse(await ReadAsync());
        return answer.RootElement.TryGetProperty("error", out JsonElement error) ? throw _process.Failure($"{error}\n{request}") : answer.RootElement.Clone();
    }

    private async Task<string> ReadAsync()
    {
        using CancellationTokenSource deadline = new(PeerProcess.Patience);
        try
        {
            return await _answers.ReadLineAsync(deadline.Token) ?? throw _process.Failure("ended");
        }
        catch (OperationCanceledException)
        {
            throw _process.Failure("does not answer");
        }
    }
}
