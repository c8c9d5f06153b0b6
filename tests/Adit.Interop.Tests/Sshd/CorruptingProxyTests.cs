using System.Net;
using System.Net.Sockets;

namespace Adit.Interop.Tests.Sshd;

/// <summary>What the tests of integrity go through.</summary>
public sealed class CorruptingProxyTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>A server that noticed late: all had been sent to it, and it closes without having read it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AServerThatGoesAway_EndsAClientThatOnlyWaits(bool reset)
    {
        using var target = new TcpListener(IPAddress.Loopback, 0);
        target.Start();
        await using CorruptingProxy proxy = new(((IPEndPoint)target.LocalEndpoint).Port, up: 1000);
        using var client = new TcpClient("127.0.0.1", proxy.Port);
        byte[] sent = new byte[64 * 1024];
        await client.GetStream().WriteAsync(sent);
        using (TcpClient server = await target.AcceptTcpClientAsync().WaitAsync(Patience))
        {
            byte[] got = new byte[sent.Length];
            await server.GetStream().ReadExactlyAsync(got).AsTask().WaitAsync(Patience);
            sent[1000] = 1;
            Assert.Equal(sent, got);
            if (reset) server.Client.LingerState = new LingerOption(true, 0);
        }

        int last = await client.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(Patience);
        Assert.Equal(0, last);
    }
}
