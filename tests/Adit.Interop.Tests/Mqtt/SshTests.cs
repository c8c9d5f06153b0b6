using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Mqtt;

/// <summary>SSH inside: forwards of "adit ssh" through mosquitto to "adit serve".</summary>
public sealed class SshTests : GatewayTest
{
    private const long Bulk = 256 * Mebi;

    [Fact]
    public async Task Forward_CarriesBothWays_ByteExact()
    {
        LibraryTests.Need();
        await using SshOverMqtt all = await SshOverMqtt.StartAsync(Identity);
        await using StreamServer sink = StreamServer.Sink();
        await using StreamServer source = StreamServer.Source(Bulk, Seed);
        using OpenSshClient client = all.Client(Identity);
        (int up, int down) = (Ports.Free(), Ports.Free());
        await using PeerProcess ssh = await client.StartForwardingAsync("-L", $"127.0.0.1:{up}:127.0.0.1:{sink.Port}", "-L", $"127.0.0.1:{down}:127.0.0.1:{source.Port}");
        await Task.WhenAll(AssertUploadAsync(Loopback(up), Bulk), AssertDownloadAsync(Loopback(down), Bulk));
        await ssh.SignalAsync("TERM");
        await ssh.WaitForExitAsync();
    }

    /// <summary>The broker is killed in the middle of a transfer and comes back: SSH notices nothing.</summary>
    [Fact]
    public async Task BrokerRestart_InTheMiddle_IsNotSeenInside()
    {
        LibraryTests.Need();
        await using SshOverMqtt all = await SshOverMqtt.StartAsync(Identity);
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = all.Client(Identity);
        int port = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync("-L", $"127.0.0.1:{port}:127.0.0.1:{echo.Port}");
        await AssertEchoAsync(Loopback(port));
        Task whole = AssertEchoAsync(Loopback(port), 64 * Mebi);
        await EventuallyAsync(() => Written(all.Broker.Process.Id) > 24 * Mebi, PeerProcess.Patience, () => "the transfer did not begin");
        await all.Broker.StopAsync();
        Assert.False(whole.IsCompleted);
        await all.Broker.RunAsync();
        await whole.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.False(ssh.HasExited);
        Assert.Equal(1, echo.Accepted - 1);
    }

    /// <summary>A client, or a gateway, that does nothing for three seconds: the broker would throw away what is on its way to it, were that more than it keeps.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task StalledProcess_LosesNothing(bool isClient)
    {
        LibraryTests.Need();
        await using SshOverMqtt all = await SshOverMqtt.StartAsync(Identity);
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = all.Client(Identity);
        int port = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync("-L", $"127.0.0.1:{port}:127.0.0.1:{echo.Port}");
        await AssertEchoAsync(Loopback(port));
        Task whole = AssertEchoAsync(Loopback(port), 64 * Mebi);
        await EventuallyAsync(() => Written(all.Broker.Process.Id) > 16 * Mebi, PeerProcess.Patience, () => "the transfer did not begin");
        PeerProcess stalled = isClient ? ssh : all.Gateway.Process;
        await stalled.SignalAsync("STOP");
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(3)); // the stall itself
        }
        finally
        {
            await stalled.SignalAsync("CONT");
        }

        await whole.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.False(ssh.HasExited);
    }

    /// <summary>Octets that a process has written (proc(5)).</summary>
    private static long Written(int pid) =>
        long.Parse(File.ReadLines($"/proc/{pid}/io").First(l => l.StartsWith("wchar: ", StringComparison.Ordinal))["wchar: ".Length..], System.Globalization.CultureInfo.InvariantCulture);
}
