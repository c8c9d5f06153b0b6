// A local port that leads to a place the SSH server reaches: what `ssh -N -L LISTEN:TARGET` does.
//
//   dotnet run --project samples/ClientForward -- me@bastion.example ~/.ssh/id_ed25519 127.0.0.1:5432 db.corp.example:5432
using Adit.Core;
using Adit.Ssh.Client;
using Adit.Ssh.Forwarding;
using Adit.Ssh.Keys;

if (args is not [var server, var keyFile, var listen, var target] || server.Split('@') is not [var user, var host])
{
    Console.Error.WriteLine("usage: ClientForward USER@HOST[:PORT] KEYFILE LISTEN TARGET");
    return 2;
}

string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
string[] place = host.Split(':');
try
{
    await using SshClient ssh = await SshClient.ConnectAsync(new SshClientOptions
    {
        Host = place[0],
        Port = place.Length > 1 ? int.Parse(place[1]) : 22,
        User = user,
        Identities = [SshPrivateKey.Load(keyFile)],
        HostKeys = new KnownHostsPolicy(KnownHosts.Load(Path.Combine(home, ".ssh", "known_hosts"))),
    });
    await using Forwarder forward = await ssh.ForwardLocalAsync(listen, target);
    Console.WriteLine($"listening on {forward.BoundAt}");
    await ssh.Connection.Closed;
    Console.Error.WriteLine(ssh.Connection.CloseReason?.Message);
    return 1;
}
catch (TunnelException e)
{
    // e.Error tells the causes apart: NameNotResolved, HostKeyChanged, AuthenticationFailed, AddressInUse …
    Console.Error.WriteLine(e.Message);
    return 1;
}
