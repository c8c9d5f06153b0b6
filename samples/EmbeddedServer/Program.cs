// An SSH server inside a program: one key may log in and forward. Try it with
//
//   dotnet run --project samples/EmbeddedServer -- 2222 ~/.ssh/id_ed25519.pub
//   ssh -N -D 1080 -p 2222 localhost
using System.Net;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Ssh.Keys;
using Adit.Ssh.Server;
using Adit.Ssh.Server.Forwarding;

if (args is not [var port, var publicKeyFile])
{
    Console.Error.WriteLine("usage: EmbeddedServer PORT PUBLICKEYFILE");
    return 2;
}

using SshPrivateKey hostKey = SshPrivateKey.Generate(SshKeyKind.Ed25519);
var options = new SshServerOptions { HostKeys = [hostKey] };
var authority = new OneKey(AuthorizedKeys.Load(publicKeyFile));
try
{
    await using IStreamListener listener = await new SocketBinder().BindAsync(new TcpDestination("127.0.0.1", int.Parse(port)));
    Console.WriteLine($"listening on {listener.BoundAt}, host key {hostKey.PublicKey.Fingerprint}");
    while (await listener.AcceptAsync() is { } incoming) _ = ServeAsync(incoming);
    return 0;
}
catch (TunnelException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}

async Task ServeAsync(Incoming incoming)
{
    try
    {
        // DefaultForwardingPolicy: every TCP destination but cloud metadata, listeners on loopback only. An IForwardingPolicy of yours says otherwise.
        await using SshServerSession session = await SshServerSession.AcceptAsync(
            incoming.Stream, options, authority, s => ForwardingService.For(s), incoming.Source);
        Console.WriteLine($"{session.User} from {session.Source} with {session.Key!.Fingerprint}");
        await session.Connection.Closed;
    }
    catch (TunnelException e)
    {
        Console.WriteLine($"{incoming.Source}: {e.Message}");
    }
}

internal sealed class OneKey(AuthorizedKeys keys) : IUserKeyAuthority
{
    public ValueTask<KeyPermissions?> FindAsync(string user, SshPublicKey key, IPEndPoint? source, CancellationToken cancellationToken) =>
        ValueTask.FromResult(keys.Find(key, source?.Address, DateTimeOffset.UtcNow)?.Permissions);
}
