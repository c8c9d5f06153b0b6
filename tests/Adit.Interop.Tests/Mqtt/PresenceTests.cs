using System.Diagnostics;
using System.Globalization;
using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Mqtt;

/// <summary>The presence record at mosquitto, as mosquitto's own client sees it.</summary>
public sealed class PresenceTests : GatewayTest
{
    private const string Topic = "adit/gateway/p";

    [Theory]
    [InlineData("5")]
    [InlineData("3.1.1")]
    public async Task Record_Stands_WhileTheGatewayServes_AndGoesWithIt(string version)
    {
        LibraryTests.Need();
        string acl = LibraryTests.Permissions + $"""

            user gateway
            topic readwrite {Topic}

            user client
            topic read {Topic}

            user other
            topic readwrite {Topic}

            """;
        Mosquitto broker = await Mosquitto.StartAsync(["allow_anonymous true", "acl_file {acl}"], ("acl", acl));
        string place = $"127.0.0.1:{broker.Port}/adit?presence=yes&version={version}";
        await using SshOverMqtt all = await SshOverMqtt.StartAsync(Identity, broker, $"mqtt://gateway@{place}", $"mqtt://client@{place}");
        await using StreamServer echo = StreamServer.Echo();
        string[] to = ["-h", "127.0.0.1", "-p", broker.Port.ToString(CultureInfo.InvariantCulture), "-u", "other", "-q", "1", "-t", Topic];
        await using PeerProcess watcher = await PeerProcess.StartAsync(new PeerStart { Program = "mosquitto_sub", Arguments = [.. to, "-F", "%r %l %x"] });
        string retained = await watcher.WaitForOutputLineAsync(l => l.StartsWith("1 33 14", StringComparison.Ordinal), "the record, retained"); // 1 + 12 + one key's 4 + 16 octets
        using (OpenSshClient client = all.Client(Identity))
        {
            int port = Ports.Free();
            await using PeerProcess ssh = await client.StartForwardingAsync("-L", $"127.0.0.1:{port}:127.0.0.1:{echo.Port}");
            await AssertEchoAsync(Loopback(port));
            await ssh.SignalAsync("TERM");
            await ssh.WaitForExitAsync();
        }

        // Whoever may publish there takes it away, and the gateway puts another one there.
        await PublishAsync("-n");
        string again = await watcher.WaitForOutputLineAsync(l => l.StartsWith("0 33 14", StringComparison.Ordinal) && l[1..] != retained[1..], "the record again");

        await all.Gateway.Process.SignalAsync("KILL");
        await ClearedAsync(2);
        await AssertToldAsync("got none");
        await PublishAsync("-m", "somebody's");
        await AssertToldAsync("got one that was not made with this carrier key");

        await all.Gateway.RestartAsync();
        await watcher.WaitForOutputLineAsync(l => l.StartsWith("0 33 14", StringComparison.Ordinal) && l != again && l[1..] != retained[1..], "the new gateway's record");
        await all.Gateway.Process.SignalAsync("TERM");
        await all.Gateway.Process.WaitForExitAsync();
        await ClearedAsync(3);

        async Task PublishAsync(params string[] what) => (await ProcessRunner.RunAsync("mosquitto_pub", [.. to, "-r", .. what])).Succeeded();

        Task ClearedAsync(int times) => EventuallyAsync(() => watcher.Output.Text.Split('\n').Count(l => l.StartsWith("0 0", StringComparison.Ordinal)) >= times, PeerProcess.Patience, () => watcher.Output.Text);

        async Task AssertToldAsync(string why)
        {
            using OpenSshClient client = all.Client(Identity);
            long began = Stopwatch.GetTimestamp();
            ProcessResult result = await client.RunAsync(["-W", "127.0.0.1:9"]);
            Assert.Equal(255, result.ExitCode);
            Assert.Contains($"expected its record at {Topic}, {why}", result.Errors, StringComparison.Ordinal);
            Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(8)); // without a record 3.1.1 waits for ever
        }
    }
}
