using System.Diagnostics;
using Adit.Core;
using Adit.Interop.Tests.Keys;
using Adit.Ssh.Agent;
using Adit.Ssh.Keys;

namespace Adit.Interop.Tests.Agent;

/// <summary>The agent client against OpenSSH's ssh-agent.</summary>
public sealed class SshAgentTests : IAsyncLifetime
{
    private readonly ToolFolder _folder = new();
    private Process? _agent;

    private string Socket => _folder["agent.sock"];

    public async ValueTask InitializeAsync()
    {
        // -D: in the foreground; its first line of output tells that it listens.
        _agent = Process.Start(new ProcessStartInfo("ssh-agent", ["-D", "-a", Socket]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Assert.Contains("SSH_AUTH_SOCK", await _agent.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync()
    {
        _agent?.Kill();
        _agent?.Dispose();
        _folder.Dispose();
        return default;
    }

    [Fact]
    public async Task KeysAddedBySshAdd_AreListedAndSign()
    {
        string[] types = ["ed25519", "rsa", "ecdsa"];
        foreach (string type in types)
        {
            _folder.Run("ssh-keygen", "-q", "-t", type, "-N", "", "-C", $"my {type}", "-f", type);
            Add(type);
        }

        await using SshAgentClient client = await SshAgentClient.ConnectAsync(Socket, TestContext.Current.CancellationToken);
        IReadOnlyList<ISshSigner> signers = await client.ListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(types.Select(t => $"my {t}"), signers.Select(s => s.Comment));
        foreach ((string type, ISshSigner signer) in types.Zip(signers))
        {
            Assert.True(SshPublicKey.TryParse(File.ReadAllText(_folder[$"{type}.pub"]), out SshPublicKey? key, out _, out _));
            Assert.Equal(key, signer.PublicKey);
            foreach (string algorithm in key.SignatureAlgorithms)
            {
                byte[] signature = await signer.SignAsync(algorithm, new byte[] { 1, 2, 3 }, TestContext.Current.CancellationToken);
                Assert.True(key.Verify([1, 2, 3], signature, [algorithm]));
            }

            await Assert.ThrowsAsync<ArgumentException>(async () => await signer.SignAsync("ssh-rsa", new byte[] { 1 }));
        }
    }

    [Fact]
    public async Task SignersInParallel_EachGetTheirOwn()
    {
        _folder.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "id");
        Add("id");
        await using SshAgentClient client = await SshAgentClient.ConnectAsync(Socket, TestContext.Current.CancellationToken);
        ISshSigner signer = Assert.Single(await client.ListAsync(TestContext.Current.CancellationToken));
        byte[][] signatures = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => signer.SignAsync("ssh-ed25519", BitConverter.GetBytes(i)).AsTask()));
        for (int i = 0; i < signatures.Length; i++) Assert.True(signer.PublicKey.Verify(BitConverter.GetBytes(i), signatures[i], ["ssh-ed25519"]));
    }

    [Fact]
    public async Task EmptyAgent_AndAKeyTakenAway_AreToldApart()
    {
        await using SshAgentClient client = await SshAgentClient.ConnectAsync(Socket, TestContext.Current.CancellationToken);
        Assert.Empty(await client.ListAsync(TestContext.Current.CancellationToken));
        _folder.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "id");
        Add("id");
        ISshSigner signer = Assert.Single(await client.ListAsync(TestContext.Current.CancellationToken));
        _folder.Run("env", $"SSH_AUTH_SOCK={Socket}", "ssh-add", "-q", "-D");
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(async () => await signer.SignAsync("ssh-ed25519", new byte[] { 1 }));
        Assert.Equal((TunnelError.AuthenticationFailed, $"{Socket}: agent: expected a signature by {signer.PublicKey.Fingerprint}, got a refusal"), (e.Error, e.Message));
    }

    [Fact]
    public async Task LockedAgent_ListsNothing()
    {
        _folder.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "id");
        Add("id");

        // ssh-add asks for the password by a program where there is no terminal.
        File.WriteAllText(_folder["ask"], "#!/bin/sh\necho secret\n");
        File.SetUnixFileMode(_folder["ask"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        _folder.Run("setsid", "-w", "env", $"SSH_AUTH_SOCK={Socket}", $"SSH_ASKPASS={_folder["ask"]}", "SSH_ASKPASS_REQUIRE=force", "ssh-add", "-x");
        await using SshAgentClient client = await SshAgentClient.ConnectAsync(Socket, TestContext.Current.CancellationToken);
        Assert.Empty(await client.ListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task SessionBind_IsAcceptedWithAValidSignature()
    {
        using SshPrivateKey host = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        byte[] id = new byte[32];
        await using SshAgentClient client = await SshAgentClient.ConnectAsync(Socket, TestContext.Current.CancellationToken);
        Assert.False(await client.BindSessionAsync(host.PublicKey, id, host.Sign("ssh-ed25519", [9]), false, TestContext.Current.CancellationToken));
        Assert.True(await client.BindSessionAsync(host.PublicKey, id, host.Sign("ssh-ed25519", id), false, TestContext.Current.CancellationToken));
    }

    private void Add(string name) => _folder.Run("env", $"SSH_AUTH_SOCK={Socket}", "ssh-add", "-q", name);
}
