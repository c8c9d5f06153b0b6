using System.Diagnostics;
using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Resilience;

/// <summary>kill -9 of either side with transfers under way on every kind of forward.</summary>
public sealed class KillTests : ResilienceTest
{
    [Theory]
    [InlineData("adit")]
    [InlineData("ssh")]
    public async Task KilledClient_ReleasesAllThatTheGatewayHeldForIt(string program)
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine]);
        await using StreamServer source = EndlessSource();
        await using StreamServer sink = StreamServer.Sink();
        using OpenSshClient client = program == "adit" ? Adit(gateway.Target) : new OpenSshClient(gateway.Target, Identity);
        int remote = Ports.Free();
        // Warm, so that what the runtime opens once is not taken for a leak.
        await (await StartAsync(client, source, sink, remote)).Process.DisposeAsync();
        await EventuallyAsync(() => CanBind(remote), Soon, () => "the remote port of the first client is still bound");
        await gateway.WaitForLogAsync("session 1: ended");
        await EventuallyAsync(() => source.Open + sink.Open == 0, Soon, () => "destinations of the first client are still connected");
        int before = CountDescriptors(gateway.Process.Id);
        (PeerProcess process, int local, int upload) = await StartAsync(client, source, sink, remote);
        await using PeerProcess running = process;
        Task[] transfers = [await DownloadForeverAsync(local, running), await UploadForeverAsync(upload), await DownloadForeverAsync(remote, running), await UploadForeverAsync(upload)];

        process.Kill();
        await EventuallyAsync(() => CanBind(remote), Soon, () => "the remote port is still bound");
        await EventuallyAsync(() => source.Open + sink.Open == 0, Soon, () => $"{source.Open} and {sink.Open} destinations are still connected");
        await EventuallyAsync(() => CountDescriptors(gateway.Process.Id) <= before, Soon, () => $"{CountDescriptors(gateway.Process.Id)} descriptors, {before} before");
        await gateway.WaitForLogAsync("session 2: ended");
        await Task.WhenAll(transfers).WaitAsync(Soon);
    }

    [Fact]
    public async Task KilledAdit_ReleasesThePortOfSshd()
    {
        PeerRequired.Installed("sshd");
        await using OpenSshServer server = await StartSshdAsync();
        await using StreamServer source = EndlessSource();
        await using StreamServer sink = StreamServer.Sink();
        using OpenSshClient client = Adit(server.Target);
        int remote = Ports.Free();
        (PeerProcess process, int local, int upload) = await StartAsync(client, source, sink, remote);
        await using PeerProcess running = process;
        Task[] transfers = [await DownloadForeverAsync(local, running), await UploadForeverAsync(upload), await DownloadForeverAsync(remote, running)];

        process.Kill();
        await EventuallyAsync(() => CanBind(remote), Soon, () => "sshd still holds the remote port");
        await EventuallyAsync(() => source.Open + sink.Open == 0, Soon, () => $"{source.Open} and {sink.Open} destinations are still connected");
        await Task.WhenAll(transfers).WaitAsync(Soon);
    }

    [Theory]
    [InlineData("sshd")]
    [InlineData("gateway")]
    public async Task KilledServer_EndsAditAtOnce_WithAllItsPorts(string server)
    {
        PeerRequired.Installed("sshd");
        await using OpenSshServer? sshd = server == "sshd" ? await StartSshdAsync() : null;
        await using AditGateway? gateway = sshd is null ? await AditGateway.StartAsync([Identity.PublicLine]) : null;
        await using StreamServer source = EndlessSource();
        await using StreamServer sink = StreamServer.Sink();
        using OpenSshClient client = Adit(sshd?.Target ?? gateway!.Target);
        int remote = Ports.Free();
        (PeerProcess process, int local, int upload) = await StartAsync(client, source, sink, remote);
        await using PeerProcess running = process;
        Task[] transfers = [await DownloadForeverAsync(local, running), await UploadForeverAsync(upload), await DownloadForeverAsync(remote, running)];

        long began = Stopwatch.GetTimestamp();
        await (sshd?.Process ?? gateway!.Process).DisposeAsync(); // kill -9, sshd's sessions included
        Assert.Equal(255, await process.WaitForExitAsync());
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 5);
        Assert.Matches("Connection to 127.0.0.1 (closed by remote host|lost: )", process.Errors.Text);
        Assert.True(CanBind(local) && CanBind(upload));
        await EventuallyAsync(() => source.Open + sink.Open == 0, Soon, () => $"{source.Open} and {sink.Open} connections are still open");
        await Task.WhenAll(transfers).WaitAsync(Soon);
    }

    /// <summary>A client with -L to the source and to the sink, and -R to the source.</summary>
    private static async Task<(PeerProcess Process, int Local, int Upload)> StartAsync(OpenSshClient client, StreamServer source, StreamServer sink, int remote)
    {
        (int local, int upload) = (Ports.Free(), Ports.Free());
        PeerProcess process = await client.StartForwardingAsync(
            "-L", $"127.0.0.1:{local}:127.0.0.1:{source.Port}", "-L", $"127.0.0.1:{upload}:127.0.0.1:{sink.Port}", $"-R127.0.0.1:{remote}:127.0.0.1:{source.Port}");
        return (process, local, upload);
    }
}
