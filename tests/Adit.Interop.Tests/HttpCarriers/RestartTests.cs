using System.Net.Sockets;
using System.Security.Cryptography;
using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.HttpCarriers;

/// <summary>A proxy is killed and started again in the middle of a transfer: what runs inside sees nothing of it, on every rung, without being told.</summary>
public sealed class RestartTests : HttpCarrierTest
{
    private const long Length = 32 << 20;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Squid(int rung)
    {
        Need("squid", PeerRequired.Root);
        await using HttpGateway gateway = await HttpGateway.StartAsync();
        Squid squid = await TestKit.Peers.Squid.StartAsync();
        int port = squid.Port;
        string hop = rung == 1 ? $"https://127.0.0.1:{gateway.HttpsPort}/t?rung=1&pin={gateway.Pin}" : $"http://127.0.0.1:{gateway.HttpPort}/t?rung={rung}";
        await SurviveAsync(
            gateway,
            hop,
            async () =>
            {
                await squid.DisposeAsync();
                squid = await TestKit.Peers.Squid.StartAsync(new SquidOptions { Port = port });
            },
            (rung == 1 ? "https_proxy" : "http_proxy", $"http://127.0.0.1:{port}"));
        await squid.DisposeAsync();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Nginx(int rung)
    {
        Need("nginx", PeerRequired.Root);
        await using HttpGateway gateway = await HttpGateway.StartAsync();
        string backend = $"http://127.0.0.1:{gateway.HttpPort}";
        string location = rung == 5 ? "" : TestKit.Peers.Nginx.Upgrades + TestKit.Peers.Nginx.Streams;
        Nginx nginx = await TestKit.Peers.Nginx.StartAsync(backend, location);
        int port = nginx.Port;
        await SurviveAsync(
            gateway,
            $"http://127.0.0.1:{port}/t?rung={rung}",
            async () =>
            {
                await nginx.DisposeAsync();
                nginx = await TestKit.Peers.Nginx.StartAsync(backend, location, port: port);
            });
        await nginx.DisposeAsync();
    }

    private static async Task SurviveAsync(HttpGateway gateway, string hop, Func<Task> restart, params (string Name, string Value)[] proxies)
    {
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = gateway.Client(proxies);
        int port = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync("--via", hop, "-L", $"127.0.0.1:{port}:127.0.0.1:{echo.Port}");
        await using NetworkStream stream = await StreamProbe.ConnectAsync(Loopback(port));
        Task sending = StreamProbe.SendAsync(stream, Length, GatewayTest.Seed);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[64 * 1024];
        long received = 0;
        Task? restarting = null;
        while (received < Length)
        {
            int count = await stream.ReadAsync(buffer).AsTask().WaitAsync(PeerProcess.Patience);
            Assert.NotEqual(0, count);
            hash.AppendData(buffer, 0, count);
            received += count;
            if (received < Length / 8 || restarting is not null) continue;
            restarting = restart();
            Assert.False(sending.IsCompleted);
        }

        await restarting!;
        await sending;
        Assert.Equal(SeededOctets.Digest(GatewayTest.Seed, Length), Convert.ToHexStringLower(hash.GetHashAndReset()));
        Assert.DoesNotContain("reconnect", ssh.Errors.Text, StringComparison.OrdinalIgnoreCase);
    }
}
