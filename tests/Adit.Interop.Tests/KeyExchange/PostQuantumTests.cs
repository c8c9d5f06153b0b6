using System.Net;
using Adit.Interop.Tests.Gateway;
using Adit.Platform.Crypto.PostQuantum;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.KeyExchange;

/// <summary>The post-quantum key exchanges against programs that have them: sntrup761 in OpenSSH and PuTTY, ML-KEM-768 in russh and @noble/post-quantum.</summary>
public sealed class PostQuantumTests : GatewayTest
{
    [Fact]
    public async Task Sntrup761_IsWhatSshAndPlinkAgreeOnUnasked()
    {
        PeerRequired.Installed("plink", "puttygen");
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine]);
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = new(gateway.Target, Identity);
        ProcessResult ssh = await ProcessRunner.RunAsync(client.Command(["-v", "-W", $"127.0.0.1:{echo.Port}"]), "through"u8.ToArray());
        Assert.Equal("through", ssh.Text);
        Assert.Contains("kex: algorithm: sntrup761x25519-sha512", ssh.Errors, StringComparison.Ordinal);

        using Plink plink = await Plink.CreateAsync(gateway.Target, Identity);
        IPEndPoint local = Loopback(Ports.Free());
        await using PeerProcess process = await plink.StartForwardingAsync("-L", $"{local}:127.0.0.1:{echo.Port}");
        await Readiness.WaitForListenerAsync(local, process);
        await AssertEchoByPlinkAsync(local);
        Assert.Contains("NTRU Prime / Curve25519 hybrid key exchange", process.Errors.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sntrup761_IsWhatSshdAgreesOnUnasked()
    {
        PeerRequired.Installed("sshd");
        await using OpenSshServer server = await OpenSshServer.StartAsync(new OpenSshServerOptions { AuthorizedKeys = [Identity.PublicLine] });
        using OpenSshClient adit = new(server.Target, Identity) { Program = AditProgram.ExecutablePath, Verb = ["ssh"], Environment = new Dictionary<string, string?> { ["HOME"] = Folder.Path } };
        ProcessResult result = (await adit.RunAsync(["-v"], "echo done")).Succeeded();
        Assert.Equal("done\n", result.Text);
        Assert.Contains("kex: algorithm: sntrup761x25519-sha512", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sntrup761_RekeysWhileDataFlows()
    {
        PeerRequired.Installed("sshd");
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine]);
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = new(gateway.Target, Identity);
        byte[] octets = new byte[4 * Mebi];
        new SeededOctets(Seed).Fill(octets);
        ProcessResult result = await ProcessRunner.RunAsync(client.Command(["-o", "RekeyLimit=512K", "-W", $"127.0.0.1:{echo.Port}"]), octets);
        Assert.True(octets.AsSpan().SequenceEqual(result.Output), result.Errors);
    }

    [Theory]
    [InlineData("mlkem768x25519-sha256")]
    [InlineData("curve25519-sha256")]
    public async Task Russh_ForwardsThroughTheGateway(string kex)
    {
        PeerRequired.Installed(PeerRequired.Russh);
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine]);
        await using StreamServer echo = StreamServer.Echo();
        byte[] octets = new byte[Mebi];
        new SeededOctets(Seed).Fill(octets);
        SshTarget target = gateway.Target;
        PeerStart command = NodePeer.Command(
            "russh_client.cjs", target.Host, $"{target.Port}", target.User, Identity.PrivatePath, target.HostKeys[0].Split(' ')[1], kex, "127.0.0.1", $"{echo.Port}");

        ProcessResult result = (await ProcessRunner.RunAsync(command, octets)).Succeeded();

        Assert.True(octets.AsSpan().SequenceEqual(result.Output));
        await gateway.WaitForLogAsync($"kex: algorithm: {kex}");
    }

    [Fact]
    public async Task MlKem768_OpensWhatNobleSeals_AndTheOtherWayRound()
    {
        PeerRequired.Installed(PeerRequired.Noble);
        await using PeerProcess noble = await PeerProcess.StartAsync(NodePeer.Command("noble_mlkem.mjs") with { RawOutput = true });
        using StreamReader answers = new(noble.StandardOutput);
        byte[] ciphertext = new byte[MlKem768.CiphertextLength], secret = new byte[MlKem768.SecretLength];
        for (int round = 0; round < 20; round++)
        {
            using MlKem768 key = MlKem768.Generate();
            byte[][] sealedByPeer = await AskAsync($"encapsulate {Convert.ToHexStringLower(key.EncapsulationKey.Span)}");
            Assert.True(key.TryDecapsulate(sealedByPeer[0], secret));
            Assert.Equal(sealedByPeer[1], secret);

            byte[][] peer = await AskAsync("key");
            Assert.True(MlKem768.TryEncapsulate(peer[0], ciphertext, secret));
            byte[][] opened = await AskAsync($"decapsulate {Convert.ToHexStringLower(ciphertext)} {Convert.ToHexStringLower(peer[1])}");
            Assert.Equal(opened[0], secret);
        }

        // Both refuse a key with a coefficient outside the modulus.
        using MlKem768 good = MlKem768.Generate();
        byte[] bad = good.EncapsulationKey.ToArray();
        (bad[0], bad[1]) = (0xFF, 0xFF);
        Assert.False(MlKem768.TryEncapsulate(bad, ciphertext, secret));
        await noble.StandardInput.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"encapsulate {Convert.ToHexStringLower(bad)}\n"));
        await noble.StandardInput.FlushAsync();
        Assert.Equal("refused", await answers.ReadLineAsync().WaitAsync(PeerProcess.Patience));

        async Task<byte[][]> AskAsync(string line)
        {
            await noble.StandardInput.WriteAsync(System.Text.Encoding.ASCII.GetBytes(line + "\n"));
            await noble.StandardInput.FlushAsync();
            string answer = await answers.ReadLineAsync().WaitAsync(PeerProcess.Patience) ?? throw new PeerFailureException($"node ended: {noble.Errors.Text}");
            return [.. answer.Split(' ').Select(Convert.FromHexString)];
        }
    }
}
