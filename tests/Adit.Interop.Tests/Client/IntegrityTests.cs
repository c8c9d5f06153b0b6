using System.Net;
using System.Net.Sockets;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Client;

/// <summary>A path that changes one bit: the client notices, whatever the cipher and MAC.</summary>
public sealed class IntegrityTests(ClientFixture fixture) : IClassFixture<ClientFixture>
{
    [Theory]
    [InlineData("aes128-ctr", "hmac-sha2-256")]
    [InlineData("aes256-ctr", "hmac-sha2-512-etm@openssh.com")]
    [InlineData("aes128-gcm@openssh.com", null)]
    [InlineData("chacha20-poly1305@openssh.com", null)]
    public async Task ChangedBit_EndsTheConnection(string cipher, string? mac)
    {
        const long Changed = 200_000; // past the login, within the command's output
        using OpenSshClient client = fixture.Client();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task relay = RelayAsync(listener, fixture.Server.Target.EndPoint, Changed);
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        string[] macs = mac is null ? [] : ["-m", mac];
        ProcessResult result = await client.RunAsync(["-c", cipher, .. macs, "-o", $"HostKeyAlias=[127.0.0.1]:{fixture.Server.Target.Port}", "-o", $"ProxyCommand=nc 127.0.0.1 {port}"], "head -c 1000000 /dev/zero; sleep 20");
        await relay.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(255, result.ExitCode);
        Assert.InRange(result.Output.Length, 1, (int)Changed);
        Assert.True(
            new[] { "Corrupted MAC on input", "Bad packet length", "message authentication" }.Any(word => result.Errors.Contains(word, StringComparison.OrdinalIgnoreCase)), result.Errors);
    }

    // Carries one connection; flips a bit of the octet at that place of what the server sends.
    private static async Task RelayAsync(TcpListener listener, IPEndPoint target, long place)
    {
        using TcpClient client = await listener.AcceptTcpClientAsync();
        using var server = new TcpClient();
        await server.ConnectAsync(target);
        NetworkStream near = client.GetStream(), far = server.GetStream();
        Task up = near.CopyToAsync(far);
        byte[] buffer = new byte[32 * 1024];
        long passed = 0;
        try
        {
            for (int read; (read = await far.ReadAsync(buffer)) > 0; passed += read)
            {
                if (place >= passed && place < passed + read) buffer[place - passed] ^= 1;
                await near.WriteAsync(buffer.AsMemory(0, read));
            }
        }
        catch (IOException)
        {
            // The client went away, as it should.
        }

        client.Dispose();
        server.Dispose();
        await up.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
