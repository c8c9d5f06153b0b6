using System.Net;
using System.Security.Cryptography;
using Adit.Carriers.Http.Polls;
using Adit.Core.Lifeline;
using Adit.TestKit.Peers;
using Adit.Wire.Http;

namespace Adit.Interop.Tests.HttpCarriers;

/// <summary>Rung 5: whole requests and whole answers, through what lets nothing else through, and among strangers.</summary>
public sealed class LongPollTests : HttpCarrierTest
{
    private const long Length = 16 << 20;

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task Straight(string scheme)
    {
        Need();
        await using HttpGateway gateway = await HttpGateway.StartAsync();
        await CarryAsync(gateway, scheme == "http" ? $"http://127.0.0.1:{gateway.HttpPort}/t?rung=5" : $"https://127.0.0.1:{gateway.HttpsPort}/t?rung=5&pin={gateway.Pin}", 5, Length);
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task Squid_ForwardsOrTunnels(string scheme)
    {
        Need("squid", PeerRequired.Root);
        await using HttpGateway gateway = await HttpGateway.StartAsync();
        await using Squid squid = await Squid.StartAsync(scheme == "http" ? new SquidOptions { ConnectPorts = [] } : null);
        string hop = scheme == "http" ? $"http://127.0.0.1:{gateway.HttpPort}/t?rung=5" : $"https://127.0.0.1:{gateway.HttpsPort}/t?rung=5&pin={gateway.Pin}";
        (string, string)[] proxies = [($"{scheme}_proxy", $"http://127.0.0.1:{squid.Port}")];
        // A second client at the same time.
        await Task.WhenAll(CarryAsync(gateway, hop, 5, Length, proxies), CarryAsync(gateway, hop, 5, Length, proxies));
        Assert.Contains(scheme == "http" ? "/poll/" : "CONNECT ", squid.AccessLog, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("client_max_body_size 20k;")]
    public async Task Nginx_ThatBuffersWholeBodies_IsPassedByTheLastRung(string location)
    {
        Need("nginx", PeerRequired.Root);
        await using HttpGateway gateway = await HttpGateway.StartAsync();
        await using Nginx nginx = await Nginx.StartAsync($"http://127.0.0.1:{gateway.HttpPort}", location);
        await CarryAsync(gateway, $"http://127.0.0.1:{nginx.Port}/t{(location.Length > 0 ? "?rung=5" : "")}", 5, Length);
    }

    [Fact]
    public async Task Strangers_GetA404_AndLeaveRoomForOthers()
    {
        Need();
        await using HttpGateway gateway = await HttpGateway.StartAsync();
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 64 }) { Timeout = TimeSpan.FromSeconds(30) };
        string below = $"http://127.0.0.1:{gateway.HttpPort}/t";
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        byte[] garbage = RandomNumberGenerator.GetBytes(1000);
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(client, $"{below}/{id}/poll/1", []));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(client, $"{below}/{id}/poll/1", garbage));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(client, $"{below}/{id}/poll/x", garbage));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(client, $"{below}/{id}/poll/1?x", Batch(Hello())));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(client, $"{below}/{id[1..]}/poll/1", Batch(Hello())));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(client, $"{below}/{id}/poll/1", Batch(garbage)));
        // A batch whose end is missing, and one that is none behind its beginning.
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(client, $"{below}/{id}/poll/1", Batch(garbage)[..^1]));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync(client, $"{below}/{NewId()}/poll/1", [.. Batch(Hello()), 0, 0]));
        Assert.NotEqual(HttpStatusCode.OK, await HugeAsync(client, $"{below}/{id}/poll/1", isChunked: false));
        Assert.NotEqual(HttpStatusCode.OK, await HugeAsync(client, $"{below}/{id}/poll/1", isChunked: true));
        // Many ids: each HELLO is answered, and the first of those that went no further are forgotten.
        HttpStatusCode[] answers = await Task.WhenAll(Enumerable.Range(0, 600).Select(_ => PostAsync(client, $"{below}/{NewId()}/poll/1", Batch(Hello()))));
        Assert.Contains(HttpStatusCode.OK, answers);
        await CarryAsync(gateway, $"{below}?rung=5", 5, 1 << 20);
    }

    private static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private static byte[] Hello()
    {
        byte[] room = new byte[512];
        var handshake = new LifelineClientHandshake(HttpPolls.Profile, null, null, RandomNumberGenerator.Fill, 1_000_000);
        return room[..handshake.Poll(room, 1_000_000)];
    }

    private static byte[] Batch(byte[] datagram)
    {
        byte[] batch = new byte[HttpPollBatch.HeaderLength + datagram.Length];
        HttpPollBatch.Write(batch, datagram);
        return batch;
    }

    private static async Task<HttpStatusCode> PostAsync(HttpClient client, string url, byte[] body)
    {
        using HttpResponseMessage response = await client.PostAsync(url, new ByteArrayContent(body));
        return response.StatusCode;
    }

    // The gateway may answer before it has it all, or just leave: then there is no status.
    private static async Task<HttpStatusCode?> HugeAsync(HttpClient client, string url, bool isChunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(new byte[64 << 20]) };
        if (isChunked)
        {
            request.Content.Headers.ContentLength = null;
            request.Headers.TransferEncodingChunked = true;
        }

        try
        {
            using HttpResponseMessage response = await client.SendAsync(request);
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
