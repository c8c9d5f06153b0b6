using System.Diagnostics;
using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Resilience;

/// <summary>A path that swallows every packet, in the middle of transfers and at rest: both of our ends notice within interval × (count + 1).</summary>
public sealed class SilentPathTests : ResilienceTest
{
    private static readonly string[] Quick = ["client-alive-interval: 1s", "client-alive-count-max: 2"];
    private static readonly string[] QuickClient = ["-o", "ServerAliveInterval=1", "-o", "ServerAliveCountMax=2"];

    /// <summary>Three seconds and what a loaded machine adds.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(8);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BothSides_NoticeAndReleaseEverything(bool busy)
    {
        PeerRequired.Installed("nft", PeerRequired.Root);
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine], Quick);
        await using StreamServer source = EndlessSource();
        await using StreamServer sink = StreamServer.Sink();
        using OpenSshClient client = Adit(gateway.Target);
        (int local, int upload, int remote, int dynamic) = (Ports.Free(), Ports.Free(), Ports.Free(), Ports.Free());
        string[] options =
        [
            .. QuickClient, "-L", $"127.0.0.1:{local}:127.0.0.1:{source.Port}", "-L", $"127.0.0.1:{upload}:127.0.0.1:{sink.Port}",
            "-D", $"127.0.0.1:{dynamic}", $"-R127.0.0.1:{remote}:127.0.0.1:{source.Port}",
        ];
        await (await client.StartForwardingAsync(options)).DisposeAsync(); // warm, as to descriptors
        await gateway.WaitForLogAsync("session 1: ended");
        int before = CountDescriptors(gateway.Process.Id);
        await using PeerProcess ssh = await client.StartForwardingAsync(options);
        Task[] transfers = busy ? [await DownloadForeverAsync(local, ssh), await UploadForeverAsync(upload), await DownloadForeverAsync(remote, ssh)] : [];

        long began = Stopwatch.GetTimestamp();
        await using NftDrop drop = await NftDrop.StartAsync(gateway.Target.Port);
        await EventuallyAsync(() => CanBind(remote), Bound, () => "the gateway still holds the remote port");
        Assert.Equal(255, await ssh.WaitForExitAsync(Bound));
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 1.5, Bound.TotalSeconds);
        Assert.Contains("Timeout, server 127.0.0.1 not responding.", ssh.Errors.Text, StringComparison.Ordinal);
        await gateway.WaitForLogAsync("session 2: ended", "Timeout, client not responding", "no sign of life");
        Assert.True(CanBind(local) && CanBind(upload) && CanBind(dynamic));
        await EventuallyAsync(() => CountDescriptors(gateway.Process.Id) <= before, Soon, () => $"{CountDescriptors(gateway.Process.Id)} descriptors, {before} before");
        await EventuallyAsync(() => source.Open + sink.Open == 0, Soon, () => $"{source.Open} and {sink.Open} connections are still open");
        await Task.WhenAll(transfers).WaitAsync(Soon);
    }

    [Fact]
    public async Task ShortSilence_BreaksNothing()
    {
        PeerRequired.Installed("nft", PeerRequired.Root);
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine]);
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = Adit(gateway.Target);
        int local = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync("-L", $"127.0.0.1:{local}:127.0.0.1:{echo.Port}");
        Task transfer;
        await using (NftDrop drop = await NftDrop.StartAsync(gateway.Target.Port))
        {
            transfer = AssertEchoAsync(Loopback(local), 4 * Mebi);
            await EventuallyAsync(() => Unacknowledged(gateway.Target.Port) > 0, Soon, () => "nothing was sent into the silence");
        }

        await transfer;
    }

    /// <summary>Octets that wait in the send queues of connections to a port, as the kernel tells (proc(5), /proc/net/tcp).</summary>
    private static long Unacknowledged(int port) => File.ReadLines("/proc/net/tcp").Skip(1)
        .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(f => f[2].EndsWith($":{port:X4}", StringComparison.Ordinal))
        .Sum(f => Convert.ToInt64(f[4].Split(':')[0], 16));
}
