using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Mqtt;

/// <summary>SSH inside: forwards of "adit ssh" through mosquitto to "adit serve".</summary>
public sealed class SshTests : GatewayTest
{
    private const long Bulk = 96 * Mebi;

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

    /// <summary>mqtts://, each end by a certificate and a user of its own who may do just what docs/MQTT.md asks for; the gateway knows the broker by an authority, the client by a pin.</summary>
    [Fact]
    public async Task Tls_WithUsersAndPermissions_CarriesBothWays_AndNothingLessGetsIn()
    {
        LibraryTests.Need("mosquitto_passwd", "openssl");
        OpenSslCertificate certificate = await OpenSslCertificate.MakeAsync(Folder), other = await OpenSslCertificate.MakeAsync(Folder, "other"), own = await OpenSslCertificate.MakeAsync(Folder, "own");
        string passwords = Folder["passwords"], acl = Folder.Write("acl", LibraryTests.Permissions);
        (await ProcessRunner.RunAsync("mosquitto_passwd", "-b", "-c", passwords, "gateway", "one s3cret")).Succeeded();
        (await ProcessRunner.RunAsync("mosquitto_passwd", "-b", passwords, "client", "an0ther")).Succeeded();
        (string server, string client, string wrong) = (Secret("server", "gateway:one s3cret"), Secret("client", "client:an0ther"), Secret("wrong", "client:guess"));
        Mosquitto broker = await Mosquitto.StartAsync([$"certfile {certificate.CertificateFile}", $"keyfile {certificate.KeyFile}", $"cafile {own.CertificateFile}", "require_certificate true", $"password_file {passwords}", $"acl_file {acl}"]);
        string place = $"mqtts://127.0.0.1:{broker.Port}/adit?cert={own.BothFile}";
        await using SshOverMqtt all = await SshOverMqtt.StartAsync(Identity, broker, $"{place}&ca={certificate.CertificateFile}&auth={server}", $"{place}&pin={certificate.Pin}&auth={client}");
        await using StreamServer echo = StreamServer.Echo();
        using (OpenSshClient right = all.Client(Identity))
        {
            int port = Ports.Free();
            await using PeerProcess ssh = await right.StartForwardingAsync("-L", $"127.0.0.1:{port}:127.0.0.1:{echo.Port}");
            await AssertEchoAsync(Loopback(port), 16 * Mebi);
            Assert.Contains("u'gateway'", broker.Log, StringComparison.Ordinal);
            Assert.Contains("u'client'", broker.Log, StringComparison.Ordinal);
            await ssh.SignalAsync("TERM");
            await ssh.WaitForExitAsync();
        }

        foreach ((string from, string to, string expected) in ((string, string, string)[])
        [
            (client, wrong, "NotAuthorized"),
            (certificate.Pin, other.Pin, "certificate"),
            ($"pin={certificate.Pin}&", "", "certificate"),
            ($"cert={own.BothFile}&", "", "broker"), // who shows none is cut off
        ])
        {
            using OpenSshClient refused = all.Client(Identity, hop => hop.Replace(from, to, StringComparison.Ordinal));
            ProcessResult result = await refused.RunAsync(["-W", "127.0.0.1:9"]);
            Assert.Equal(255, result.ExitCode);
            Assert.Contains(expected, result.Errors, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("guess", result.Text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("s3cret", all.Gateway.Process.Errors.Text, StringComparison.Ordinal);

        string Secret(string name, string text)
        {
            string path = Folder.Write(name, text + "\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return path;
        }
    }

    /// <summary>The broker is killed in the middle of a transfer and comes back: SSH notices nothing.</summary>
    [Fact]
    public Task BrokerRestart_InTheMiddle_IsNotSeenInside() => InterfereAsync(async (all, _) =>
    {
        await all.Broker.StopAsync();
        await all.Broker.RunAsync();
    });

    /// <summary>A client, or a gateway, that does nothing for three seconds: the broker would throw away what is on its way to it, were that more than it keeps.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task StalledProcess_LosesNothing(bool isClient) => InterfereAsync(async (all, ssh) =>
    {
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
    });

    /// <summary>Sends octets to an echo and back through a forward, interferes once they are well under way, and demands every one back on the same connection.</summary>
    private async Task InterfereAsync(Func<SshOverMqtt, PeerProcess, Task> interfere)
    {
        LibraryTests.Need();
        await using SshOverMqtt all = await SshOverMqtt.StartAsync(Identity);
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = all.Client(Identity);
        int port = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync("-L", $"127.0.0.1:{port}:127.0.0.1:{echo.Port}");
        await AssertEchoAsync(Loopback(port));
        long before = Written(all.Broker.Process.Id);
        Task whole = AssertEchoAsync(Loopback(port), 64 * Mebi);
        await EventuallyAsync(() => Written(all.Broker.Process.Id) - before > 16 * Mebi, PeerProcess.Patience, () => "the transfer did not begin");
        Assert.False(whole.IsCompleted);
        await interfere(all, ssh);
        await whole.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.False(ssh.HasExited);
        Assert.Equal(2, echo.Accepted);
    }

    /// <summary>Octets that a process has written (proc(5)).</summary>
    private static long Written(int pid) =>
        long.Parse(File.ReadLines($"/proc/{pid}/io").First(l => l.StartsWith("wchar: ", StringComparison.Ordinal))["wchar: ".Length..], System.Globalization.CultureInfo.InvariantCulture);
}
