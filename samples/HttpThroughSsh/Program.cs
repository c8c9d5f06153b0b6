// An HttpClient whose every connection is opened by the SSH server: names are resolved there, nothing listens here.
//
//   dotnet run --project samples/HttpThroughSsh -- me@bastion.example ~/.ssh/id_ed25519 http://intranet/
using Adit.Core;
using Adit.Ssh.Client;
using Adit.Ssh.Keys;

if (args is not [var target, var keyFile, var url] || target.Split('@') is not [var user, var host])
{
    Console.Error.WriteLine("usage: HttpThroughSsh USER@HOST[:PORT] KEYFILE URL");
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

    using var http = new HttpClient(new SocketsHttpHandler
    {
        ConnectCallback = async (context, cancellationToken) =>
            await ssh.DialAsync(new DialRequest(new TcpDestination(context.DnsEndPoint.Host, context.DnsEndPoint.Port)), cancellationToken),
    });
    Console.WriteLine(await http.GetStringAsync(new Uri(url)));
    return 0;
}
catch (Exception e) when (e is TunnelException or HttpRequestException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
