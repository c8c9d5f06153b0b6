using System.Net;
using System.Text;
using System.Threading.Channels;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Proxies.Users;
using Adit.TestKit.Codecs;

namespace Adit.Proxies.Tests.Serving;

/// <summary>Whole conversations, mutated: whatever clients and origins send, each connection ends, and nothing unexpected happens.</summary>
public sealed class MutationTests
{
    private static readonly byte[][] Clients =
    [
        .. SocksTargets.ClientInputs, .. HttpTargets.Requests,
        [.. HttpTargets.Requests[0], .. HttpTargets.Requests[0], .. HttpTargets.Requests[2]],
        Encoding.ASCII.GetBytes("CONNECT a.example:443 HTTP/1.1\r\nHost: a\r\nProxy-Authorization: Basic dTpw\r\n\r\n\u0016\u0003\u0001payload"),
        Encoding.ASCII.GetBytes("PUT http://h/x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nProxy-Authorization: Basic dTpw\r\n\r\n5;a=b\r\nhello\r\n0\r\nT: v\r\n\r\nGET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n"),
        Octets.Of("05 02 00 02 01 01 'u' 01 'p' 05 01 00 03 09 'a.example' u16:443 'SSH-2.0-x'"),
        Encoding.ASCII.GetBytes("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nGET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n"),
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Conversations_AlwaysEnd(bool strict)
    {
        var listener = new MemoryListener();
        var origins = new Mutator(7, [.. HttpTargets.Responses]);
        await using ProxyHost log = await ProxyHost.StartAsync();
        var options = new ProxyOptions
        {
            Via = new MemoryDialer(origins),
            Pseudonym = "tester",
            Users = strict ? new ProxyUsers([("u", "p")]) : null,
            PassUpgrade = true,
            TrustedProxies = strict ? [IPNetwork.Parse("127.0.0.0/8")] : [],
            Rules = [ProxyHost.Rule("allow *:*")],
            Limits = new ProxyLimits { HeaderTime = TimeSpan.FromSeconds(5), IdleTime = TimeSpan.FromSeconds(5), KeepAliveTime = TimeSpan.FromSeconds(5) },
        };
        await using var service = new ProxyService(options, log);
        service.Add(listener);
        var clients = new Mutator(MutationRunner.Seed + (strict ? 1 : 0), Clients);
        int count = Math.Max(MutationRunner.Count / 10, 1000);
        var running = new List<Task>();
        for (int i = 0; i < count; i++)
        {
            byte[] input = clients.Next().ToArray();
            running.Add(Task.Run(() => ConverseAsync(listener, input)));
            if (running.Count < 64) continue;
            await Task.WhenAll(running).WaitAsync(TimeSpan.FromSeconds(60));
            running.Clear();
        }

        await Task.WhenAll(running).WaitAsync(TimeSpan.FromSeconds(60));
        await ProxyHost.UntilAsync(() => service.ConnectionCount == 0, "the end of all conversations");
    }

    private static async Task ConverseAsync(MemoryListener listener, byte[] input)
    {
        using var pair = new MemoryStreamPair();
        listener.Add(new Incoming(pair.Second, listener.BoundAt, new IPEndPoint(IPAddress.Loopback, 1), "tcp"));
        try
        {
            await pair.First.WriteAsync(input);
            await pair.First.CompleteWritesAsync();
            byte[] buffer = new byte[4096];
            while (await pair.First.ReadAsync(buffer) > 0)
            {
            }
        }
        catch (IOException)
        {
            // Reset: an end too.
        }

        await pair.First.DisposeAsync();
    }

    private sealed class MemoryDialer(Mutator responses) : IStreamDialer
    {
        private readonly Lock _lock = new();

        public ValueTask<DuplexStream> DialAsync(DialRequest request, CancellationToken cancellationToken = default)
        {
            byte[] response;
            lock (_lock) response = responses.Next().ToArray();
            var pair = new MemoryStreamPair();
            _ = AnswerAsync(pair.Second, response);
            return new ValueTask<DuplexStream>(pair.First);
        }

        private static async Task AnswerAsync(DuplexStream stream, byte[] response)
        {
            try
            {
                await stream.WriteAsync(response);
                await stream.CompleteWritesAsync();
                byte[] buffer = new byte[4096];
                while (await stream.ReadAsync(buffer) > 0)
                {
                }
            }
            catch (IOException)
            {
                // Reset.
            }

            await stream.DisposeAsync();
        }
    }

    private sealed class MemoryListener : IStreamListener
    {
        private readonly Channel<Incoming> _queue = Channel.CreateUnbounded<Incoming>();

        public Destination BoundAt { get; } = new TcpDestination("127.0.0.1", 1080);

        public void Add(Incoming incoming) => _queue.Writer.TryWrite(incoming);

        public async ValueTask<Incoming?> AcceptAsync(CancellationToken cancellationToken = default) => await _queue.Reader.ReadAsync(cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
