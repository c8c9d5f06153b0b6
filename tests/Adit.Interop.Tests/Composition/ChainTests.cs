using System.Net;
using Adit.Interop.Tests.Client;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Composition;

/// <summary>A chain of hops does the same in "adit ssh", "adit forward", "adit proxy" and a configuration.</summary>
public sealed class ChainTests(ClientFixture fixture) : UpTest(fixture), IClassFixture<ClientFixture>
{
    private const int Length = 700_001;

    [Theory]
    [InlineData("ssh")]
    [InlineData("forward")]
    [InlineData("proxy")]
    [InlineData("up")]
    public async Task FourKindsOfHops_ToSshd(string verb)
    {
        PeerRequired.Installed("sshd", "ssh-keygen", "microsocks", "tinyproxy", "haproxy", "openssl", "setpriv");
        OpenSslCertificate certificate = await OpenSslCertificate.MakeAsync(Program.Folder, "front");
        await using MicroSocks socks = await MicroSocks.StartAsync("carol", "secret");
        await using TinyProxy connect = await TinyProxy.StartAsync("bob", "secret");
        await using HaProxy front = await HaProxy.StartAsync(certificate, $"127.0.0.1:{Fixture.Server.Target.Port}");
        await AssertCarriesAsync(
            verb,
            [$"socks5h://carol:secret@127.0.0.1:{socks.Port}", $"connect://bob:secret@127.0.0.1:{connect.Port}", $"tls://127.0.0.1:{front.Port}?pin={certificate.Pin}"],
            Fixture.Server.Target);
    }

    [Theory]
    [InlineData("ssh", "ws", "")]
    [InlineData("forward", "ws", "")]
    [InlineData("proxy", "http", "?rung=3")]
    [InlineData("up", "http", "?rung=4")]
    public async Task Carriers_BehindAProxy_ToAGateway(string verb, string scheme, string query)
    {
        PeerRequired.Installed("ssh-keygen", "microsocks", "setpriv");
        await using MicroSocks socks = await MicroSocks.StartAsync();
        await using AditProgram gateway = new("gateway");
        Directory.CreateDirectory(gateway.State, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        gateway.Folder.Write("state/authorized_keys", Fixture.Identity.PublicLine + "\n");
        string ready = await gateway.StartAsync("serve", "--listen", $"{scheme}://127.0.0.1:0/t");
        string key = (await ProcessRunner.RunAsync("ssh-keygen", "-y", "-f", Path.Combine(gateway.State, "ssh_host_ed25519_key"))).Succeeded().Text;
        SshTarget target = new("gateway.test", 22, "me", [string.Join(' ', key.Trim().Split(' ')[..2])]);
        await AssertCarriesAsync(verb, [$"socks5h://127.0.0.1:{socks.Port}", ready.Split(' ')[1] + query], target);
    }

    /// <summary>Octets to a sink behind the chain, which answers once their direction has ended.</summary>
    private async Task AssertCarriesAsync(string verb, string[] hops, SshTarget target)
    {
        await using StreamServer sink = StreamServer.Sink();
        Write("", target);
        string expected = StreamProbe.ExpectedAnswer(Length, 5);
        string[] via = [.. hops.SelectMany(h => (string[])["--via", h])];
        if (verb == "ssh")
        {
            byte[] octets = new byte[Length];
            new SeededOctets(5).Fill(octets);
            PeerStart command = Program.Command(["ssh", "-F", SshConfig, .. via, "-p", $"{target.Port}", "-W", $"127.0.0.1:{sink.Port}", $"{target.User}@{target.Host}"]);
            ProcessResult result = (await ProcessRunner.RunAsync(command, octets)).Succeeded();
            Assert.Equal((expected, ""), (result.Text.TrimEnd('\n'), result.Errors));
            return;
        }

        string[] all = [.. hops, HopTo(target)];
        via = [.. all.SelectMany(h => (string[])["--via", h])];
        if (verb == "up") Write($"forwards:\n  - listen: 127.0.0.1:0\n    target: 127.0.0.1:{sink.Port}\n    via:\n{string.Concat(all.Select(h => $"      - '{h}'\n"))}", target);
        string ready = verb switch
        {
            "forward" => await Program.StartAsync(["forward", $"127.0.0.1:0=127.0.0.1:{sink.Port}", .. via, "-F", SshConfig]),
            "proxy" => await Program.StartAsync(["proxy", "--listen", "127.0.0.1:0", .. via, "-F", SshConfig, "--allow", $"127.0.0.1:{sink.Port}"]),
            _ => await Program.StartAsync("up", File),
        };
        IPEndPoint place = EndPoint(ready.Split(' ')[1]);
        if (verb != "proxy")
        {
            Assert.Equal(expected, await StreamProbe.UploadAsync(place, Length, 5));
            return;
        }

        PeerRequired.Installed("socat");
        byte[] body = new byte[Length];
        new SeededOctets(5).Fill(body);
        ProcessResult answer = (await ProcessRunner.RunAsync(
            new PeerStart { Program = "socat", Arguments = ["-t", "30", "-", $"PROXY:127.0.0.1:127.0.0.1:{sink.Port},proxyport={place.Port}"] }, body)).Succeeded();
        Assert.Equal(expected, answer.Text.TrimEnd('\n'));
    }
}
