using System.Security.Cryptography;
using System.Text;
using Adit.Carriers.Http;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Gateway.Listeners;
using Adit.Gateway.Listeners.Http;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.HttpCarriers;

/// <summary>Our listener and our client without SSH between them: each direction of the carrier ends by itself, whatever stands between.</summary>
public sealed class HalfCloseTests : HttpCarrierTest
{
    private const int Length = 8 << 20;

    [Theory]
    [InlineData(HttpRung.WebSocket, "")]
    [InlineData(HttpRung.Duplex, "")]
    [InlineData(HttpRung.Pair, "")]
    [InlineData(HttpRung.Duplex, "squid")]
    [InlineData(HttpRung.Pair, "squid")]
    [InlineData(HttpRung.WebSocket, "nginx")]
    [InlineData(HttpRung.Pair, "nginx")]
    public async Task EachDirection_EndsByItself(HttpRung rung, string between)
    {
        if (between.Length > 0) Need(between, PeerRequired.Root);
        var place = new ListenUri("http", "127.0.0.1", 0) { Path = "/t" };
        await using var listener = await WebListener.StartAsync(new WebListenerOptions { Places = [place] }, CancellationToken.None);
        Task serving = ServeAsync(listener);
        int port = listener.Places[0].Port;
        await using Squid? squid = between == "squid" ? await Squid.StartAsync() : null;
        await using Nginx? nginx = between == "nginx" ? await Nginx.StartAsync($"http://127.0.0.1:{port}", Nginx.Upgrades + Nginx.Streams) : null;
        var dialer = new HttpCarrierDialer(
            new HttpCarrierOptions
            {
                Name = "test",
                Host = "127.0.0.1",
                Port = nginx?.Port ?? port,
                Path = "/t",
                Rungs = [rung],
                Proxy = squid is null ? null : new HttpUpstreamProxy("127.0.0.1", squid.Port),
            },
            new SocketDialer());
        byte[] octets = new byte[Length];
        new SeededOctets(5).Fill(octets);
        string digest = Convert.ToHexStringLower(SHA256.HashData(octets));

        // 'C': this side ends first, and is answered afterwards.
        await using (DuplexStream client = await DialAsync(dialer))
        {
            await client.WriteAsync("C"u8.ToArray());
            await client.WriteAsync(octets);
            await client.CompleteWritesAsync();
            Assert.Equal(digest, await ReadTextAsync(client));
        }

        // 'S': the other side ends first, and takes what comes afterwards.
        await using (DuplexStream client = await DialAsync(dialer))
        {
            await client.WriteAsync("S"u8.ToArray());
            Assert.Equal("first", await ReadTextAsync(client));
            await client.WriteAsync(octets);
            await client.CompleteWritesAsync();
        }

        Assert.Equal(digest, await _last.Task.WaitAsync(PeerProcess.Patience));
        await listener.DisposeAsync();
        await serving.WaitAsync(PeerProcess.Patience);
        await listener.ReleaseAsync();
    }

    private readonly TaskCompletionSource<string> _last = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task ServeAsync(WebListener listener)
    {
        while (await listener.AcceptAsync() is { } incoming) _ = ServeOneAsync(incoming.Stream);
    }

    private async Task ServeOneAsync(DuplexStream stream)
    {
        try
        {
            await ServeAsync(stream);
        }
        catch (IOException e)
        {
            _last.TrySetException(e);
        }
    }

    private async Task ServeAsync(DuplexStream stream)
    {
        await using (stream)
        {
            byte[] kind = new byte[1];
            await stream.ReadExactlyAsync(kind);
            if (kind[0] == 'S')
            {
                await stream.WriteAsync("first"u8.ToArray());
                await stream.CompleteWritesAsync();
            }

            (string digest, _) = await StreamProbe.ReadToEndAsync(stream);
            if (kind[0] == 'S')
            {
                _last.TrySetResult(digest);
                return;
            }

            await stream.WriteAsync(Encoding.ASCII.GetBytes(digest));
            await stream.CompleteWritesAsync();
        }
    }

    private static async Task<DuplexStream> DialAsync(HttpCarrierDialer dialer) => await dialer.DialAsync(new DialRequest(new TcpDestination("gateway", 22)));

    private static async Task<string> ReadTextAsync(DuplexStream from)
    {
        using var reader = new StreamReader(from, Encoding.ASCII, leaveOpen: true);
        return await reader.ReadToEndAsync().WaitAsync(PeerProcess.Patience);
    }
}
