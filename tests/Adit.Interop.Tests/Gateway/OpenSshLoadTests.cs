using System.Net.Sockets;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Gateway;

/// <summary>Many channels, bad neighbours, and keys that are exchanged again and again.</summary>
public sealed class OpenSshLoadTests : GatewayTest
{
    [Fact]
    public async Task ManyChannels_OneNeverReadAndOneDead_AreUnharmed()
    {
        const int Count = 500;
        const long Each = 100_000;
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine]);
        await using StreamServer echo = StreamServer.Echo();
        await using StreamServer flood = StreamServer.Source(1L << 34, Seed);
        await using StreamServer silent = StreamServer.Silent();
        using OpenSshClient client = new(gateway.Target, Identity);
        (int port, int unread, int stuck, int dead) = (Ports.Free(), Ports.Free(), Ports.Free(), Ports.Free());
        // 192.0.2.0/24 is for documentation (RFC 5737): nothing answers there.
        await using PeerProcess ssh = await client.StartForwardingAsync(
            "-L", $"127.0.0.1:{port}:127.0.0.1:{echo.Port}", "-L", $"127.0.0.1:{unread}:127.0.0.1:{flood.Port}",
            "-L", $"127.0.0.1:{stuck}:127.0.0.1:{silent.Port}", "-L", $"127.0.0.1:{dead}:192.0.2.1:9");
        await using NetworkStream never = await StreamProbe.ConnectAsync(Loopback(unread));
        await using NetworkStream nobody = await StreamProbe.ConnectAsync(Loopback(dead));
        await using NetworkStream blocked = await StreamProbe.ConnectAsync(Loopback(stuck));
        Task writing = StreamProbe.SendAsync(blocked, 1L << 30, Seed);

        List<NetworkStream> streams = [];
        try
        {
            for (int i = 0; i < Count; i++) streams.Add(await StreamProbe.ConnectAsync(Loopback(port)));
            // All are open at once before any is used.
            await EventuallyAsync(() => echo.Open == Count, PeerProcess.Patience, () => $"{echo.Open} of {Count} channels are open");
            string expected = SeededOctets.Digest(Seed, Each);
            await Task.WhenAll(streams.Select(async stream =>
            {
                Task sending = Task.Run(async () =>
                {
                    await StreamProbe.SendAsync(stream, Each, Seed);
                    stream.Socket.Shutdown(SocketShutdown.Send);
                });
                Assert.Equal((expected, Each), await StreamProbe.ReadToEndAsync(stream));
                await sending;
            })).WaitAsync(TimeSpan.FromMinutes(1));
        }
        finally
        {
            foreach (NetworkStream stream in streams) await stream.DisposeAsync();
        }

        Assert.False(writing.IsCompleted, "somebody read what the silent destination did not");
        byte[] first = new byte[1];
        await never.ReadExactlyAsync(first);
        Assert.InRange(ResidentMebi(gateway.Process.Id), 0, 400);
    }

    [Theory]
    [InlineData("aes128-gcm@openssh.com", "16K", "hmac-sha2-256")]
    [InlineData("chacha20-poly1305@openssh.com", "16K", "hmac-sha2-256")]
    [InlineData("aes256-ctr", "16K", "hmac-sha2-512")]
    [InlineData("aes128-ctr", "64K", "hmac-sha2-256-etm@openssh.com")]
    public async Task RekeyLimit_UnderLoadInBothDirections_IsExact(string cipher, string limit, string mac)
    {
        const long Length = 2 * Mebi;
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine]);
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = new(gateway.Target, Identity);
        (int there, int back) = (Ports.Free(), Ports.Free());
        await using PeerProcess ssh = await client.StartForwardingAsync(
            "-o", $"RekeyLimit={limit}", "-c", cipher, "-m", mac, "-L", $"127.0.0.1:{there}:127.0.0.1:{echo.Port}", $"-R127.0.0.1:{back}:127.0.0.1:{echo.Port}");

        await Task.WhenAll(Enumerable.Range(0, 3).SelectMany(_ => new[] { AssertEchoAsync(Loopback(there), Length), AssertEchoAsync(Loopback(back), Length) }));
        int exchanges = ssh.Errors.Text.Split('\n').Count(l => l.Contains("SSH2_MSG_NEWKEYS received", StringComparison.Ordinal));
        Assert.True(exchanges > 20, $"keys were exchanged {exchanges} times only");
    }

    private static long ResidentMebi(int pid) =>
        long.Parse(File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024;
}
