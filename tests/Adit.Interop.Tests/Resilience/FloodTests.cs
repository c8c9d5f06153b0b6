using System.Net.Sockets;
using System.Text;
using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Resilience;

/// <summary>A flood of connections that never log in.</summary>
public sealed class FloodTests : ResilienceTest
{
    private const int Count = 1000;

    [Theory]
    [InlineData("")]
    [InlineData("SSH-2.0-half")]
    [InlineData("SSH-2.0-whole\r\n")]
    public async Task HalfOpenConnections_AreBounded_AndEnd_AndHarmNoSession(string said)
    {
        const int Full = 60;
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine], [$"max-startups: {Full}", "login-grace-time: 3s", "penalties: false"]);
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = Adit(gateway.Target);
        int local = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync("-L", $"127.0.0.1:{local}:127.0.0.1:{echo.Port}");
        await AssertEchoAsync(Loopback(local));
        (long memory, int descriptors) = (ResidentMebi(gateway.Process.Id), CountDescriptors(gateway.Process.Id));
        int most = 0;
        List<Socket> flood = [];
        try
        {
            Task transfer = AssertEchoAsync(Loopback(local), 8 * Mebi);
            for (int i = 0; i < Count; i++)
            {
                Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                flood.Add(socket);
                await socket.ConnectAsync(gateway.Target.EndPoint).WaitAsync(PeerProcess.Patience);
                if (said.Length > 0) await TrySendAsync(socket, said);
                if (i % 50 == 0) most = Math.Max(most, CountDescriptors(gateway.Process.Id));
            }

            await transfer.WaitAsync(TimeSpan.FromSeconds(30));
            await gateway.WaitForLogAsync("refused: max-startups: ", "connections are logging in already");
            Assert.InRange(most - descriptors, 1, Full + 64 + 20); // 64 are turned away at once; and those of the transfer
            Assert.InRange(ResidentMebi(gateway.Process.Id) - memory, -1000, 100);

            // Nobody hung up, and yet all are gone when the grace time is over.
            await EventuallyAsync(() => CountDescriptors(gateway.Process.Id) <= descriptors, TimeSpan.FromSeconds(15), () => $"{CountDescriptors(gateway.Process.Id)} descriptors, {descriptors} before");
            await gateway.WaitForLogAsync("no login from", "expected authentication within 3 s");
        }
        finally
        {
            flood.ForEach(s => s.Dispose());
        }

        await AssertEchoAsync(Loopback(local));
        using OpenSshClient newcomer = new(gateway.Target, Identity);
        Assert.Equal(1, (await newcomer.RunAsync([], "id")).ExitCode);
    }

    [Fact]
    public async Task SlowIdentification_EndsWithTheGraceTime()
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine], ["login-grace-time: 2s"]);
        await using NetworkStream stream = await StreamProbe.ConnectAsync(gateway.Target.EndPoint);
        long began = Environment.TickCount64;
        Task<bool> cut = Task.Run(async () =>
        {
            byte[] heard = new byte[1024];
            try
            {
                while (await stream.ReadAsync(heard) > 0)
                {
                }
            }
            catch (IOException)
            {
                // Cut hard.
            }

            return true;
        });
        // One octet at a time, each of them a sign of life that must not count.
        foreach (char octet in "SSH-2.0-" + new string('x', 230))
        {
            if (await Task.WhenAny(cut, Task.Delay(50)) == cut || !await TrySendAsync(stream.Socket, octet.ToString())) break;
        }

        await cut.WaitAsync(Soon);
        Assert.InRange(Environment.TickCount64 - began, 1500, 6000);
        await gateway.WaitForLogAsync("no login from 127.0.0.1"); // of the login or of the key exchange, whose times end together
    }

    private static async Task<bool> TrySendAsync(Socket socket, string text)
    {
        try
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(text));
            return true;
        }
        catch (SocketException)
        {
            return false; // turned away already
        }
    }
}
