using System.Net;
using Adit.Ssh.Channels;
using Adit.Ssh.Client;
using Adit.Ssh.Keys;
using Adit.Ssh.Server;

namespace Adit.Ssh.Tests.Transport;

/// <summary>Keys, and judges that accept everything.</summary>
internal static class TestPeers
{
    public static readonly SshPrivateKey HostKey = SshPrivateKey.Generate(SshKeyKind.Ed25519);

    public static readonly SshPrivateKey UserKey = SshPrivateKey.Generate(SshKeyKind.Ed25519);

    public static SshClientOptions ClientOptions { get; } = new() { Host = "host.example", User = "user", Identities = [UserKey], HostKeys = new AnyHost() };

    public static SshServerOptions ServerOptions { get; } = new() { HostKeys = [HostKey] };

    public sealed class AnyHost : IHostKeyPolicy
    {
        public ValueTask VerifyAsync(string host, int port, SshPublicKey key, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public IReadOnlyList<string> KnownAlgorithms(string host, int port) => [];
    }

    public sealed class OneKey(SshPublicKey? key = null) : IUserKeyAuthority
    {
        public ValueTask<KeyPermissions?> FindAsync(string user, SshPublicKey asked, IPEndPoint? source, CancellationToken cancellationToken) =>
            ValueTask.FromResult(key is null || key.Fingerprint == asked.Fingerprint ? KeyPermissions.Unrestricted : null);
    }
}

/// <summary>A service whose answers a test chooses. By default: "sink" is never read, "echo" is echoed, everything else is refused as unknown.</summary>
internal sealed class FakeService : IConnectionService
{
    public Func<ChannelOpening, CancellationToken, ValueTask<ChannelVerdict>>? Open { get; set; }

    public Func<string, ReadOnlyMemory<byte>, ValueTask<GlobalRequestReply>>? Request { get; set; }

    public ValueTask<ChannelVerdict> OpenChannelAsync(ChannelOpening opening, CancellationToken cancellationToken) => Open is { } open
        ? open(opening, cancellationToken)
        : ValueTask.FromResult(opening.ChannelType switch
        {
            "sink" => ChannelVerdict.Accept(static _ => Task.CompletedTask),
            "echo" => ChannelVerdict.Accept(EchoAsync),
            _ => ChannelVerdict.Refuse(Adit.Wire.Ssh.ChannelOpenFailureReason.UnknownChannelType, "unknown channel type"),
        });

    public ValueTask<GlobalRequestReply> HandleRequestAsync(string name, ReadOnlyMemory<byte> fields, CancellationToken cancellationToken) =>
        Request?.Invoke(name, fields) ?? ValueTask.FromResult(default(GlobalRequestReply));

    public static async Task EchoAsync(SshChannel channel)
    {
        using (channel)
        {
            byte[] buffer = new byte[20_000];
            int count;
            while ((count = await channel.ReadAsync(buffer.AsMemory())) > 0) await channel.WriteAsync(buffer.AsMemory(0, count));
            await channel.CompleteWritesAsync();
        }
    }
}
