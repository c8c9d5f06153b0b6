using System.Diagnostics;
using System.Globalization;
using System.Net;
using Adit.Carriers.Sms;
using Adit.Carriers.Sms.Lab;
using Adit.Carriers.Sms.Smpp;
using Adit.Core;
using Adit.Core.Lifeline;
using Adit.Core.Streams;
using Adit.Ssh.Client;
using Adit.Ssh.Keys;
using Adit.Ssh.Server;
using Adit.Ssh.Server.Forwarding;
using Adit.Ssh.Transport;
using Adit.TestKit.Peers;

namespace Adit.Bench.Sms;

/// <summary>
/// Text messages through the laboratory's centre: how many a forward costs, and which share of what the centre permits carries data for the first time. There is no rival: nobody else carries SSH so.
/// </summary>
internal static class SmsBench
{
    private const string Gateway = "4917000000001", Mobile = "4917000000002";

    public static async Task RunAsync(BenchOptions options)
    {
        Console.WriteLine("sms: no rival is known that carries streams in text messages; ours alone");
        int messages = await CountAsync();
        Console.WriteLine($"messages to an open forward, both directions together: {messages}");
        Console.WriteLine("one way, messages take 2 s and up to 5 s more; permitted = what the centre takes in a second");
        Console.WriteLine($"{"permitted/s",-12}{"ours/s",-10}{"loss %",-8}{"new data of what was permitted",-32}{"refused",-9}");
        int seconds = options.LinkSeconds < 2 ? 30 : 120;
        foreach ((double permitted, double asked, double loss) in ((double, double, double)[])[(10, 10, 0), (10, 20, 0), (10, 10, 0.02), (100, 100, 0), (100, 150, 0), (100, 100, 0.02)])
        {
            (double share, long refused) = await ShareAsync(permitted, asked, loss, seconds);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{permitted,-12}{asked,-10}{loss * 100,-8}{share * 100,-32:0.0}{refused,-9}"));
        }
    }

    private static async Task<int> CountAsync()
    {
        await using LabCentre centre = LabCentre.Start(new LabCentreOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) });
        await using StreamServer echo = StreamServer.Echo();
        var carrier = new SmsCarrierOptions { Rate = 1000, Window = 50 };
        (LifelineClient client, LifelineStream server, IAsyncDisposable[] rest) = await ConnectAsync(centre, carrier);
        SshPrivateKey user = SshPrivateKey.Generate(SshKeyKind.Ed25519), host = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        Task<SshServerSession> accepting = SshServerSession.AcceptAsync(
            server, SlimProfile.Of(new SshServerOptions { HostKeys = [host] }, false), new AnyKey(), s => new ForwardingService(s.Connection, DefaultForwardingPolicy.Instance, new ForwardingOptions()));
        SshClient ssh = await SshClient.ConnectAsync(client.Stream, SlimProfile.Of(new SshClientOptions { Host = "gateway", User = "me", Identities = [user], HostKeys = new AnyHost() }));
        await using DuplexStream forward = await ssh.DialAsync(new DialRequest(new TcpDestination("127.0.0.1", echo.Port)));
        int count = (int)centre.Submitted;
        await ssh.DisposeAsync();
        await (await accepting).DisposeAsync();
        await client.DisposeAsync();
        foreach (IAsyncDisposable each in rest) await each.DisposeAsync();
        return count;
    }

    /// <summary>Sends what would take so many seconds if every message were full of new data: the share of the permitted rate that was used, times the share of that which was new data.</summary>
    private static async Task<(double Share, long Refused)> ShareAsync(double permitted, double asked, double loss, int seconds)
    {
        await using LabCentre centre = LabCentre.Start(new LabCentreOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0), Throttle = permitted, Delay = TimeSpan.FromSeconds(2), Reorder = TimeSpan.FromSeconds(5), Loss = loss,
        });
        var carrier = new SmsCarrierOptions { Rate = asked, Window = 50, Form = SmsForm.Octets };
        (LifelineClient client, LifelineStream server, IAsyncDisposable[] rest) = await ConnectAsync(centre, carrier);
        // A full message: 140 octets without 7 of head, 8 of tag and some 5 of the frame's type and offset.
        const double full = 140 - 7 - 8 - 5;
        byte[] block = new byte[(int)(full * permitted * seconds)];
        Task writing = client.Stream.WriteAsync(block).AsTask();
        Task reading = server.ReadExactlyAsync(new byte[block.Length]).AsTask();
        // How much of what is permitted it uses, once it is up to speed and before the end comes near ...
        await Task.Delay(TimeSpan.FromSeconds(seconds * 0.1));
        long before = centre.SubmittedBy(Mobile), began = Stopwatch.GetTimestamp();
        await Task.Delay(TimeSpan.FromSeconds(seconds * 0.7));
        double used = (centre.SubmittedBy(Mobile) - before) / (permitted * Stopwatch.GetElapsedTime(began).TotalSeconds);
        await reading;
        await writing;
        // ... and for what: messages that the data would need at least, of all that were sent.
        double fresh = block.Length / full / centre.SubmittedBy(Mobile);
        long refused = centre.Throttled;
        server.Abort(TunnelError.Closed);
        client.Stream.Abort(TunnelError.Closed);
        await client.DisposeAsync();
        foreach (IAsyncDisposable each in rest) await each.DisposeAsync();
        return (used * fresh, refused);
    }

    private static async Task<(LifelineClient Client, LifelineStream Server, IAsyncDisposable[] Owned)> ConnectAsync(LabCentre centre, SmsCarrierOptions carrier)
    {
        CarrierKey key = CarrierKey.Generate();
        var accepted = new TaskCompletionSource<LifelineStream>();
        var acceptor = new LifelineAcceptor(new LifelineServerOptions { Keys = [key] }, (stream, _) => accepted.TrySetResult(stream));
        var listener = new SmsListener(new SmsListenerOptions { Place = "bench", Carrier = carrier }, Open(Gateway), acceptor);
        await listener.StartAsync();
        var dialer = new SmsMailboxDialer("bench", Gateway, carrier, Open(Mobile));
        LifelineClient client = await LifelineClient.ConnectAsync(await dialer.OpenAsync(), key);
        await client.Stream.WriteAsync(new byte[1]);
        LifelineStream server = await accepted.Task;
        await server.ReadExactlyAsync(new byte[1]);
        return (client, server, [listener, acceptor]);

        Func<CancellationToken, Task<ISmsLink>> Open(string number) => async token => await SmppLink.OpenAsync(
            new SmppLinkOptions { Name = "bench", Host = "127.0.0.1", Port = centre.EndPoint.Port, SystemId = number, From = number, Carrier = carrier }, new SocketDialer(), null, token);
    }

    private sealed class AnyHost : IHostKeyPolicy
    {
        public ValueTask VerifyAsync(string host, int port, SshPublicKey key, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public IReadOnlyList<string> KnownAlgorithms(string host, int port) => [];
    }

    private sealed class AnyKey : IUserKeyAuthority
    {
        public ValueTask<KeyPermissions?> FindAsync(string user, SshPublicKey key, IPEndPoint? source, CancellationToken cancellationToken) => ValueTask.FromResult<KeyPermissions?>(KeyPermissions.Unrestricted);
    }
}
