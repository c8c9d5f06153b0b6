using Adit.Core;
using Adit.Core.Streams;
using Adit.Gateway.Configuration;
using Adit.Gateway.Listeners;
using Adit.Gateway.Serving;
using Adit.Gateway.State;
using Adit.Ssh.Client;
using Adit.Ssh.Keys;

namespace Adit.Gateway.Tests.Serving;

public sealed class GatewayServerTests : IDisposable
{
    private const int Patience = 30_000;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("adit-gateway-");
    private readonly SshPrivateKey _key = SshPrivateKey.Generate(SshKeyKind.Ed25519);

    private static GatewayConfiguration AnyPort { get; } = new() { Listen = [new ListenUri("tcp", "127.0.0.1", 0)] };

    public void Dispose()
    {
        _key.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact(Timeout = Patience)]
    public async Task FirstStart_MakesKeyAndPlace_AndTheSecondKeepsThem()
    {
        string fingerprint;
        await using (GatewayServer first = await GatewayServer.StartAsync(AnyPort, Open()))
        {
            fingerprint = first.HostKeys.Single().Fingerprint;
            Assert.Equal(0, first.AuthorizedKeyCount);
            Assert.InRange(first.Listening.Single().Port, 1, 65535);
            Assert.Equal("127.0.0.1", first.Listening.Single().Host);
        }

        await using GatewayServer second = await GatewayServer.StartAsync(AnyPort, Open());
        Assert.Equal(fingerprint, second.HostKeys.Single().Fingerprint);
    }

    [Fact(Timeout = Patience)]
    public async Task Client_LogsInWithAKeyThatCameLater_AndForwards()
    {
        await using GatewayServer server = await GatewayServer.StartAsync(AnyPort, Open());
        await Assert.ThrowsAsync<TunnelException>(() => ConnectAsync(server));
        await File.AppendAllTextAsync(server.AuthorizedKeysFiles.Single(), _key.PublicKey.ToAuthorizedKeysLine() + "\n");
        await using SshClient client = await ConnectAsync(server);
        await using IStreamListener target = await new SocketBinder().BindAsync(new TcpDestination("127.0.0.1", 0));
        await using DuplexStream stream = await client.DialAsync(new DialRequest(target.BoundAt));
        Assert.NotNull(await target.AcceptAsync());
    }

    [Fact(Timeout = Patience)]
    public async Task Stop_EndsSessionsAndFreesThePort()
    {
        await using GatewayServer server = await GatewayServer.StartAsync(AnyPort, Open());
        await File.AppendAllTextAsync(server.AuthorizedKeysFiles.Single(), _key.PublicKey.ToAuthorizedKeysLine() + "\n");
        await using SshClient client = await ConnectAsync(server);
        ListenUri at = server.Listening.Single();
        await server.DisposeAsync();
        await client.Connection.Closed;
        Assert.Equal(0, server.SessionCount);
        await using GatewayServer again = await GatewayServer.StartAsync(AnyPort with { Listen = [at] }, Open());
        Assert.Equal(at, again.Listening.Single());
    }

    [Fact(Timeout = Patience)]
    public async Task Start_OnATakenPort_Fails_AndFreesTheOthers()
    {
        await using GatewayServer first = await GatewayServer.StartAsync(AnyPort, Open());
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(() => GatewayServer.StartAsync(AnyPort with { Listen = first.Listening }, Open()));
        Assert.Equal(TunnelError.AddressInUse, e.Error);
        Assert.Equal($"listen on 127.0.0.1:{first.Listening.Single().Port}: Address already in use", e.Message);
    }

    [Fact(Timeout = Patience)]
    public async Task HostKey_ThatOthersMayRead_IsRefused()
    {
        string path = Path.Combine(_folder.FullName, "key");
        _key.Save(path);
        File.SetUnixFileMode(path, (UnixFileMode)0x1a4); // 0644
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(() => GatewayServer.StartAsync(AnyPort with { HostKeys = [path] }, Open()));
        Assert.Equal($"{path}: permissions: expected none for group and others (chmod 600), got 0644", e.Message);
    }

    [Fact(Timeout = Patience)]
    public async Task UnknownAlgorithm_IsRefusedWithWhatThereIs()
    {
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(() => GatewayServer.StartAsync(AnyPort with { Ciphers = ["aes128-cbc"] }, Open()));
        Assert.StartsWith("gateway.ciphers: expected some of aes128-gcm@openssh.com,", e.Message, StringComparison.Ordinal);
        Assert.EndsWith("got aes128-cbc", e.Message, StringComparison.Ordinal);
    }

    private StateFolder Open() => StateFolder.Open(Path.Combine(_folder.FullName, "state"));

    private Task<SshClient> ConnectAsync(GatewayServer server) => SshClient.ConnectAsync(
        new SshClientOptions { Host = "127.0.0.1", Port = server.Listening[0].Port, Identities = [_key], HostKeys = new OneHostKey(server.HostKeys[0]) });

    private sealed class OneHostKey(SshPublicKey expected) : IHostKeyPolicy
    {
        public ValueTask VerifyAsync(string host, int port, SshPublicKey key, CancellationToken cancellationToken) =>
            key.Fingerprint == expected.Fingerprint ? ValueTask.CompletedTask : throw new TunnelException(TunnelError.HostKeyChanged, "another key");

        public IReadOnlyList<string> KnownAlgorithms(string host, int port) => [];
    }
}
