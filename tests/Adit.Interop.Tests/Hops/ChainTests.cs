using System.Net;
using System.Net.Sockets;
using Adit.Interop.Tests.Client;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Hops;

/// <summary>Chains of different hops, as "adit ssh --via" and "adit forward --via" have them.</summary>
public sealed class ChainTests(ClientFixture fixture) : IClassFixture<ClientFixture>
{
    private static readonly Dictionary<string, string> Alice = new() { ["alice"] = "secret" };

    [Fact]
    public async Task Ssh_GoesThroughFiveHops()
    {
        PeerRequired.Installed("sshd", "ssh-keygen", "squid", "danted", "haproxy", "microsocks", "tinyproxy", "openssl", "setpriv", PeerRequired.Root);
        using OpenSshClient client = fixture.Client();
        string auth = fixture.Folder.Write("auth", "alice:secret\n");
        OpenSslCertificate certificate = await OpenSslCertificate.MakeAsync(fixture.Folder, "front");
        await using Dante dante = await Dante.StartAsync();
        await using Squid squid = await Squid.StartAsync(new SquidOptions { Users = Alice });
        await using TinyProxy tiny = await TinyProxy.StartAsync("bob", "secret");
        await using MicroSocks micro = await MicroSocks.StartAsync("carol", "secret", "::1");
        await using HaProxy front = await HaProxy.StartAsync(certificate, $"127.0.0.1:{fixture.Server.Target.Port}");
        string[] via =
        [
            "--via", $"socks5h://127.0.0.1:{dante.Port}",
            "--via", $"connect://localhost:{squid.Port}?auth={auth}",
            "--via", $"connect://bob:secret@[::1]:{tiny.Port}",
            "--via", $"socks5h://carol:secret@[::1]:{micro.Port}",
            "--via", $"tls://127.0.0.1:{front.Port}?pin={certificate.Pin}",
        ];
        byte[] octets = new byte[2 << 20];
        new SeededOctets(3).Fill(octets);
        ProcessResult result = (await ProcessRunner.RunAsync(client.Command(via, "cat"), octets)).Succeeded();
        Assert.True(octets.AsSpan().SequenceEqual(result.Output));
        Assert.Equal("", result.Errors);
        Assert.Contains("alice", squid.AccessLog, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ssh_TellsWhichHopFailed_AndExitsWith255()
    {
        PeerRequired.Installed("sshd", "ssh-keygen", "microsocks", "setpriv");
        using OpenSshClient client = fixture.Client();
        await using MicroSocks micro = await MicroSocks.StartAsync("carol", "secret");
        int nobody = Ports.Free();
        ProcessResult result = await client.RunAsync(["--via", $"socks5h://carol:secret@127.0.0.1:{micro.Port}", "--via", $"connect://127.0.0.1:{nobody}"], "true");
        Assert.Equal(255, result.ExitCode);
        Assert.Contains($"connect://127.0.0.1:{nobody}: proxy unreachable: socks5h://carol:***@127.0.0.1:{micro.Port}: 127.0.0.1:{nobody}: target refused the connection (reply 5)", result.Errors, StringComparison.Ordinal);
        result = await client.RunAsync(["--via", $"socks5h://carol:wrong@127.0.0.1:{micro.Port}"], "true");
        Assert.Equal(255, result.ExitCode);
        Assert.Contains("does not take this user and password", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forward_HalfClosesThroughThreeHops()
    {
        PeerRequired.Installed("sshd", "ssh-keygen", "danted", "apache2", "haproxy", "openssl", "setpriv", PeerRequired.Root);
        OpenSslCertificate certificate = await OpenSslCertificate.MakeAsync(fixture.Folder, "half");
        await using Dante dante = await Dante.StartAsync();
        await using HaProxy front = await HaProxy.StartAsync(certificate, $"127.0.0.1:{dante.Port}");
        await using Apache apache = await Apache.StartAsync();
        await using StreamServer sink = StreamServer.Sink(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        await using AditProgram program = new();
        string ready = await StartAsync(
            program, $"127.0.0.1:0=[::1]:{sink.Port}", "--via", $"connect://127.0.0.1:{apache.Port}", "--via", $"tls://127.0.0.1:{front.Port}?ca={certificate.CertificateFile}",
            "--via", "socks5://behind.the.front:1080", "--via", Hop(fixture.Server.Target));
        IPEndPoint place = IPEndPoint.Parse(ready.Split(' ')[1]);
        Assert.Equal(StreamProbe.ExpectedAnswer(5_000_003, 9), await StreamProbe.UploadAsync(place, 5_000_003, 9));
    }

    [Fact]
    public async Task Forward_ComesBackWhenAProxyDoes()
    {
        PeerRequired.Installed("squid", "openssl", "setpriv", PeerRequired.Root);
        await using StreamServer echo = StreamServer.Echo();
        await using AditProgram program = new();
        Squid squid = await Squid.StartAsync(new SquidOptions { Users = Alice, OffersBasic = false });
        string ready = await program.StartAsync("forward", $"127.0.0.1:0=127.0.0.1:{echo.Port}", "--via", $"connect://alice:secret@127.0.0.1:{squid.Port}");
        IPEndPoint place = IPEndPoint.Parse(ready.Split(' ')[1]);
        await AssertEchoAsync(place);
        await squid.DisposeAsync();
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            await using NetworkStream refused = await StreamProbe.ConnectAsync(place);
            await refused.ReadExactlyAsync(new byte[1]);
        });
        await program.Process.WaitForErrorLineAsync(l => l.Contains("proxy unreachable", StringComparison.Ordinal), "why");
        // The nonces of before mean nothing to the new one.
        await using Squid again = await Squid.StartAsync(new SquidOptions { Users = Alice, OffersBasic = false, Port = squid.Port });
        await AssertEchoAsync(place);
    }

    private static async Task AssertEchoAsync(IPEndPoint place)
    {
        await using NetworkStream stream = await StreamProbe.ConnectAsync(place);
        await stream.WriteAsync("hello"u8.ToArray());
        byte[] back = new byte[5];
        await stream.ReadExactlyAsync(back).AsTask().WaitAsync(PeerProcess.Patience);
        Assert.Equal("hello"u8.ToArray(), back);
    }

    private string Hop(SshTarget target) => $"ssh://{target.User}@{target.Host}:{target.Port}?identity={fixture.Identity.PrivatePath}";

    private async Task<string> StartAsync(AditProgram program, params string[] arguments)
    {
        string known = program.Folder.Write("known_hosts", fixture.Server.Target.KnownHosts);
        string config = program.Folder.Write("ssh_config", $"UserKnownHostsFile {known}\nStrictHostKeyChecking yes\nBatchMode yes\n");
        return await program.StartAsync(["forward", .. arguments, "--ssh-config", config]);
    }
}
