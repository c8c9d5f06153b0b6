using System.Net;
using System.Net.Sockets;
using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Resilience;

/// <summary>500 channels at once through "adit ssh" beside bad neighbours: one that is never read, one that never reads, one that nobody answers.</summary>
public sealed class ManyChannelsTests : ResilienceTest
{
    private const int Count = 500;
    private const long Each = 64 * 1024;

    [Theory]
    [InlineData("sshd")]
    [InlineData("gateway")]
    public async Task OthersAreUnharmed(string server)
    {
        PeerRequired.Installed("sshd");
        await using OpenSshServer? sshd = server == "sshd" ? await StartSshdAsync() : null;
        await using AditGateway? gateway = sshd is null ? await AditGateway.StartAsync([Identity.PublicLine]) : null;
        await using StreamServer echo = StreamServer.Echo();
        await using StreamServer source = EndlessSource();
        await using StreamServer silent = StreamServer.Silent();
        using FullListener dead = await FullListener.StartAsync();
        using OpenSshClient client = Adit(sshd?.Target ?? gateway!.Target);
        (int port, int unread, int stuck, int nobody, int back) = (Ports.Free(), Ports.Free(), Ports.Free(), Ports.Free(), Ports.Free());
        await using PeerProcess ssh = await client.StartForwardingAsync(
            "-L", $"127.0.0.1:{port}:127.0.0.1:{echo.Port}", "-L", $"127.0.0.1:{unread}:127.0.0.1:{source.Port}", "-L", $"127.0.0.1:{stuck}:127.0.0.1:{silent.Port}",
            "-L", $"127.0.0.1:{nobody}:127.0.0.1:{dead.Port}", $"-R127.0.0.1:{back}:127.0.0.1:{dead.Port}");
        await using NetworkStream never = await StreamProbe.ConnectAsync(Loopback(unread));
        await using NetworkStream blocked = await StreamProbe.ConnectAsync(Loopback(stuck));
        await using NetworkStream unanswered = await StreamProbe.ConnectAsync(Loopback(nobody));
        await using NetworkStream unansweredHere = await StreamProbe.ConnectAsync(Loopback(back)); // our own dial hangs
        Task writing = StreamProbe.SendAsync(blocked, 1L << 30, Seed);
        List<NetworkStream> streams = [];
        try
        {
            for (int i = 0; i < Count; i++) streams.Add(await StreamProbe.ConnectAsync(Loopback(port)));
            await EventuallyAsync(() => echo.Open == Count, PeerProcess.Patience, () => $"{echo.Open} of {Count} channels are open");
            string expected = SeededOctets.Digest(Seed, Each);
            await Task.WhenAll(streams.Select(async stream =>
            {
                await StreamProbe.SendAsync(stream, Each, Seed);
                stream.Socket.Shutdown(SocketShutdown.Send);
                Assert.Equal((expected, Each), await StreamProbe.ReadToEndAsync(stream));
            })).WaitAsync(TimeSpan.FromSeconds(30));
        }
        finally
        {
            foreach (NetworkStream stream in streams) await stream.DisposeAsync();
        }

        Assert.False(writing.IsCompleted, "somebody read what the silent destination did not");
        Assert.InRange(ResidentMebi(ssh.Id), 0, 300);
        if (gateway is not null) Assert.InRange(ResidentMebi(gateway.Process.Id), 0, 300);
        await AssertEchoAsync(Loopback(port));
    }

    /// <summary>A listener whose queue is full and that never accepts: whoever connects waits for an answer that does not come.</summary>
    private sealed class FullListener : IDisposable
    {
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly List<Socket> _queue = [];

        public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

        public static async Task<FullListener> StartAsync()
        {
            FullListener full = new();
            full._listener.Bind(Loopback(0));
            full._listener.Listen(1);
            for (bool answered = true; answered && full._queue.Count < 16;)
            {
                Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                full._queue.Add(socket);
                using CancellationTokenSource patience = new(TimeSpan.FromMilliseconds(300));
                try
                {
                    await socket.ConnectAsync(Loopback(full.Port), patience.Token);
                }
                catch (OperationCanceledException)
                {
                    answered = false;
                }
            }

            return full;
        }

        public void Dispose()
        {
            _queue.ForEach(s => s.Dispose());
            _listener.Dispose();
        }
    }
}
