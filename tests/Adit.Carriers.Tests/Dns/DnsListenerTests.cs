using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Adit.Carriers.Dns;
using Adit.Core;
using Adit.Core.Lifeline;
using Adit.Core.Mailboxes;
using Adit.Wire;
using Adit.Wire.Dns;
using Adit.Wire.Dns.Payload;

namespace Adit.Carriers.Tests.Dns;

/// <summary>The authority on sockets of loopback.</summary>
public sealed class DnsListenerTests
{
    private static readonly DnsDomainName Domain = DnsDomainName.Parse("t.example");
    private static readonly CarrierKey Key = CarrierKey.Generate();

    [Fact]
    public async Task EchoesExactly_WithoutAnyResolver_AndWithoutJumbo()
    {
        await using Server server = await Server.StartAsync();
        foreach (bool usesJumbo in (bool[])[true, false])
        {
            await using LifelineClient client = await LifelineClient.ConnectAsync(await server.Dialer(usesJumbo).OpenAsync(TestContext.Current.CancellationToken), Key, cancellationToken: TestContext.Current.CancellationToken);
            byte[] sent = new byte[300_000], got = new byte[sent.Length];
            new Random(4).NextBytes(sent);
            Task writing = client.Stream.WriteAsync(sent, TestContext.Current.CancellationToken).AsTask();
            await client.Stream.ReadExactlyAsync(got, TestContext.Current.CancellationToken);
            await writing;
            Assert.True(got.AsSpan().SequenceEqual(sent));
        }
    }

    /// <summary>Resolvers may permit few queries: those that fetch large answers take the acknowledgements along.</summary>
    [Fact]
    public async Task LargeAnswers_AreAcknowledgedByWhatFetchesTheNext()
    {
        const int Amount = 16 << 20, Largest = 60_000;
        await using Server server = await Server.StartAsync(serve: async stream =>
        {
            await using (stream)
            {
                await stream.WriteAsync(new byte[Amount]);
                await stream.CompleteWritesAsync();
                Assert.Equal(0, await stream.ReadAsync(new byte[1]));
            }
        });
        await using LifelineClient client = await LifelineClient.ConnectAsync(await server.Dialer(usesJumbo: true).OpenAsync(TestContext.Current.CancellationToken), Key, cancellationToken: TestContext.Current.CancellationToken);
        byte[] room = new byte[65_536];
        long got = 0;
        for (int count; (count = await client.Stream.ReadAsync(room, TestContext.Current.CancellationToken)) > 0;) got += count;
        Assert.Equal(Amount, got);
        Assert.InRange(server.Listener.Counters.Payloads, Amount / Largest, Amount / Largest * 3 / 2);
    }

    [Fact]
    public async Task Wildcard_AnswersFromTheAddressThatWasAsked()
    {
        await using Server server = await Server.StartAsync(new IPEndPoint(IPAddress.Any, 0));
        Assert.DoesNotContain(server.Listener.EndPoints, e => e.Address.Equals(IPAddress.Any));
        IPEndPoint place = server.Listener.EndPoints.First(e => e.Address.Equals(IPAddress.Loopback));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(place, TestContext.Current.CancellationToken);
        Assert.Equal(7, await AskAsync(socket, 7));
    }

    [Fact]
    public async Task OneConnection_TakesManyQueries_SplitAnyhow()
    {
        await using Server server = await Server.StartAsync();
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.Listener.EndPoints[0], TestContext.Current.CancellationToken);
        byte[] octets = [.. Enumerable.Range(1, 20).SelectMany(i => Framed(Query((ushort)i)))];
        foreach (byte[] part in octets.Chunk(7)) await socket.SendAsync(part, TestContext.Current.CancellationToken);
        using var stream = new NetworkStream(socket);
        var ids = new List<int>();
        for (int i = 0; i < 20; i++) ids.Add(await ReadFramedAsync(stream));
        Assert.Equal(Enumerable.Range(1, 20), ids.Order());
    }

    [Fact]
    public async Task QuietAndSenselessConnections_AreClosed()
    {
        await using Server server = await Server.StartAsync(change: o => o with { IdleTimeout = TimeSpan.FromMilliseconds(200) });
        byte[][] starts = [[], [0, 0], [0xff, 0xff], [0, 40, 1]];
        foreach (byte[] start in starts)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(server.Listener.EndPoints[0], TestContext.Current.CancellationToken);
            if (start.Length > 0) await socket.SendAsync(start, TestContext.Current.CancellationToken);
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            Assert.Equal(0, await socket.ReceiveAsync(new byte[1], deadline.Token));
        }
    }

    [Fact]
    public async Task TooManyConnections_OfOneAddress_AreRefused()
    {
        await using Server server = await Server.StartAsync(change: o => o with { MaximumConnectionsOfAddress = 2 });
        var sockets = new List<Socket>();
        try
        {
            for (int i = 0; i < 3; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                await socket.ConnectAsync(server.Listener.EndPoints[0], TestContext.Current.CancellationToken);
                if (i == 2) break;
                await socket.SendAsync(Framed(Query(9)), TestContext.Current.CancellationToken);
                using var stream = new NetworkStream(socket);
                Assert.Equal(9, await ReadFramedAsync(stream));
            }

            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            Assert.Equal(0, await sockets[2].ReceiveAsync(new byte[1], deadline.Token));
        }
        finally
        {
            foreach (Socket each in sockets) each.Dispose();
        }
    }

    [Fact]
    public async Task AddressInUse_IsSaid()
    {
        await using Server server = await Server.StartAsync();
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(() => Server.StartAsync(server.Listener.EndPoints[0]));
        Assert.Equal(TunnelError.AddressInUse, e.Error);
    }

    [Fact]
    public async Task NobodyThere_IsSaid_AndDoctorNamed()
    {
        await using Server server = await Server.StartAsync();
        IPEndPoint nobody = server.Listener.EndPoints[0];
        await server.Listener.DisposeAsync();
        var dialer = new DnsMailboxDialer(new DnsDialerOptions { Domains = [Domain], Resolvers = [nobody], ProbeTime = TimeSpan.FromMilliseconds(300) });
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(async () => await dialer.OpenAsync(TestContext.Current.CancellationToken));
        Assert.Equal(TunnelError.Unreachable, e.Error);
        Assert.Contains("adit doctor dns://t.example", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RestartedServer_EndsTheMailbox()
    {
        Server server = await Server.StartAsync();
        IPEndPoint place = server.Listener.EndPoints[0];
        IMailbox mailbox = await server.Dialer(usesJumbo: false).OpenAsync(TestContext.Current.CancellationToken);
        await using LifelineClient client = await LifelineClient.ConnectAsync(mailbox, Key, cancellationToken: TestContext.Current.CancellationToken);
        var ended = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        client.Stream.PathEnded += (_, reason) => ended.TrySetResult(reason);
        await server.DisposeAsync();
        await using Server again = await Server.StartAsync(place);
        Task writing = client.Stream.WriteAsync(new byte[20_000], TestContext.Current.CancellationToken).AsTask(); // nobody knows the path any more: refusals in a row
        Exception? reason = await ended.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(TunnelError.ConnectionLost, Assert.IsType<TunnelException>(reason).Error);
        _ = writing.ContinueWith(static t => t.Exception, TaskScheduler.Default);
    }

    [Fact]
    public async Task FailureWithin_LosesOneMessage_AndNothingElse()
    {
        int asked = 0;
        await using Server server = await Server.StartAsync(keys: () => ++asked <= 2 ? throw new UnauthorizedAccessException("no access") : [Key]);
        await using LifelineClient client = await LifelineClient.ConnectAsync(await server.Dialer(usesJumbo: false).OpenAsync(TestContext.Current.CancellationToken), Key, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(2, server.Listener.Failures);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server.Listener.EndPoints[0], TestContext.Current.CancellationToken);
        Assert.Equal(7, await AskAsync(socket, 7));
    }

    [Fact]
    public async Task OneProbe_AskedAgainAndAgain_IsAnsweredAsOftenAsProbesAre()
    {
        await using Server server = await Server.StartAsync(change: o => o with { MaximumProbeRate = 4 });
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server.Listener.EndPoints[0], TestContext.Current.CancellationToken);
        byte[] query = Probe(wanted: 1000), room = new byte[1500];
        int large = 0;
        for (int i = 0; i < 200; i++)
        {
            await socket.SendAsync(query, TestContext.Current.CancellationToken);
            if (await socket.ReceiveAsync(room, TestContext.Current.CancellationToken) > 600) large++;
        }

        Assert.InRange(large, 4, 100); // 4 at once, and 4 a second
    }

    [Fact]
    public async Task PeerThatDoesNotRead_IsClosed_OnceItsAnswersTakeTooMuchMemory()
    {
        const int Queries = 400;
        await using Server server = await Server.StartAsync(change: o => o with { MaximumProbeRate = 100_000, MaximumPipelined = Queries, MaximumWaiting = 1024 * 1024 });
        using var greedy = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await greedy.ConnectAsync(server.Listener.EndPoints[0], TestContext.Current.CancellationToken);
        using var modest = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await modest.ConnectAsync(server.Listener.EndPoints[0], TestContext.Current.CancellationToken);
        try
        {
            for (uint i = 0; i < Queries; i++) await greedy.SendAsync(Framed(Probe(60_000, i, isJumbo: true)), TestContext.Current.CancellationToken);
        }
        catch (SocketException)
        {
            // Closed already.
        }

        using var stream = new NetworkStream(modest);
        await modest.SendAsync(Framed(Query(5)), TestContext.Current.CancellationToken);
        Assert.Equal(5, await ReadFramedAsync(stream));
        long got = 0;
        byte[] room = new byte[65_536];
        try
        {
            for (int count; got < Queries * 60_000L && (count = await greedy.ReceiveAsync(room, TestContext.Current.CancellationToken)) > 0;) got += count;
        }
        catch (SocketException)
        {
            // Reset.
        }

        Assert.InRange(got, 0, Queries * 30_000L);
        await modest.SendAsync(Framed(Query(6)), TestContext.Current.CancellationToken);
        Assert.Equal(6, await ReadFramedAsync(stream));
    }

    [Fact]
    public async Task MessagesWithoutAnAnswer_TakeNoPlaceOfAConnection()
    {
        await using Server server = await Server.StartAsync(change: o => o with { MaximumPipelined = 4 });
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server.Listener.EndPoints[0], TestContext.Current.CancellationToken);
        byte[] response = Query(1);
        response[2] |= 0x80;
        for (int i = 0; i < 20; i++) await socket.SendAsync(Framed(response), TestContext.Current.CancellationToken);
        await socket.SendAsync(Framed(Query(9)), TestContext.Current.CancellationToken);
        using var stream = new NetworkStream(socket);
        Assert.Equal(9, await ReadFramedAsync(stream).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task FirstHold_EndsInTime()
    {
        TimeSpan least = TimeSpan.MaxValue;
        for (int i = 0; i < 5 && least > TimeSpan.FromMilliseconds(500); i++)
        {
            await using Server server = await Server.StartAsync();
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            await socket.ConnectAsync(server.Listener.EndPoints[0], TestContext.Current.CancellationToken);
            for (ushort id = 1; id < 20; id++) Assert.Equal(id, await AskAsync(socket, id)); // the holds' thread sleeps meanwhile, with nothing to wake for
            long began = System.Diagnostics.Stopwatch.GetTimestamp();
            await socket.SendAsync(Probe(100, hold: 50_000), TestContext.Current.CancellationToken);
            Assert.InRange(await socket.ReceiveAsync(new byte[1500], TestContext.Current.CancellationToken), 100, 1232);
            TimeSpan took = System.Diagnostics.Stopwatch.GetElapsedTime(began);
            least = took < least ? took : least;
        }

        Assert.InRange(least.TotalMilliseconds, 45, 500);
    }

    private static byte[] Probe(int wanted, uint nonce = 1, bool isJumbo = false, long hold = 0)
    {
        byte[] payload = new byte[DnsProbe.QuestionLength], name = new byte[255], room = new byte[512];
        new DnsProbe(hold, wanted, nonce).WriteQuestion(payload);
        var writer = new DnsMessageWriter(room, new DnsHeader((ushort)nonce, DnsFlags.RecursionDesired));
        writer.TryWriteQuestion(name.AsSpan(0, DnsPayloadName.Encode(payload, DnsNameEncoding.Base32, isJumbo ? DnsAnswerSize.Jumbo : DnsAnswerSize.Usual, Domain.Octets, name)), DnsType.Txt);
        writer.TryWriteEdns(new DnsEdns(1232));
        return room[..writer.Finish()];
    }

    private static byte[] Query(ushort id)
    {
        byte[] room = new byte[64];
        var writer = new DnsMessageWriter(room, new DnsHeader(id, DnsFlags.RecursionDesired));
        writer.TryWriteQuestion(Domain.Octets, DnsType.Soa);
        return room[..writer.Finish()];
    }

    private static byte[] Framed(byte[] message) => [(byte)(message.Length >> 8), (byte)message.Length, .. message];

    private static async Task<int> AskAsync(Socket socket, ushort id)
    {
        byte[] room = new byte[512];
        await socket.SendAsync(Query(id), TestContext.Current.CancellationToken);
        int length = await socket.ReceiveAsync(room, TestContext.Current.CancellationToken);
        return IdOf(room.AsSpan(0, length));
    }

    private static async Task<int> ReadFramedAsync(Stream stream)
    {
        byte[] head = new byte[2];
        await stream.ReadExactlyAsync(head, TestContext.Current.CancellationToken);
        byte[] message = new byte[BinaryPrimitives.ReadUInt16BigEndian(head)];
        await stream.ReadExactlyAsync(message, TestContext.Current.CancellationToken);
        return IdOf(message);
    }

    private static int IdOf(ReadOnlySpan<byte> octets)
    {
        Assert.Equal(DecodeStatus.Ok, DnsMessage.TryDecode(octets, out DnsMessage message));
        Assert.True(message.Header.IsResponse);
        Assert.Equal(1, message.Header.AnswerCount);
        return message.Header.Id;
    }

    private sealed class Server(LifelineAcceptor acceptor, DnsListener listener) : IAsyncDisposable
    {
        public DnsListener Listener => listener;

        public static async Task<Server> StartAsync(IPEndPoint? place = null, Func<DnsListenerOptions, DnsListenerOptions>? change = null, Func<IReadOnlyList<CarrierKey>>? keys = null, Func<LifelineStream, Task>? serve = null)
        {
            var acceptor = new LifelineAcceptor(new LifelineServerOptions { Keys = [Key], KeySource = keys }, (stream, _) => Task.Run(() => (serve ?? EchoAsync)(stream)));
            var options = new DnsListenerOptions
            {
                Places = [place ?? new IPEndPoint(IPAddress.Loopback, 0)],
                Authority = new DnsAuthorityOptions { Zones = [new DnsZone(Domain, [new DnsNameServer(DnsDomainName.Parse("ns.t.example"), [IPAddress.Loopback])])] },
            };
            var server = new Server(acceptor, new DnsListener(change is null ? options : change(options), acceptor));
            await server.Listener.StartAsync();
            return server;
        }

        public DnsMailboxDialer Dialer(bool usesJumbo) => new(new DnsDialerOptions { Domains = [Domain], Resolvers = [listener.EndPoints[0]], UsesJumbo = usesJumbo });

        public async ValueTask DisposeAsync()
        {
            await listener.DisposeAsync();
            await acceptor.DisposeAsync();
        }

        private static async Task EchoAsync(LifelineStream stream)
        {
            await using (stream)
            {
                byte[] room = new byte[65_536];
                int count;
                while ((count = await stream.ReadAsync(room)) > 0) await stream.WriteAsync(room.AsMemory(0, count));
            }
        }
    }
}
