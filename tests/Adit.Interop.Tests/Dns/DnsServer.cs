using System.Net;
using Adit.Carriers.Dns;
using Adit.Core.Lifeline;
using Adit.Wire.Dns;

namespace Adit.Interop.Tests.Dns;

/// <summary>Our authority for t.example in this process, whose sessions send back what they get.</summary>
public sealed class DnsServer : IAsyncDisposable
{
    public static readonly DnsDomainName Domain = DnsDomainName.Parse("t.example");

    private readonly LifelineAcceptor _acceptor;
    private readonly DnsListener _listener;

    private DnsServer(DnsListenerOptions? options)
    {
        _acceptor = new LifelineAcceptor(new LifelineServerOptions { Keys = [Key] }, (stream, _) => Task.Run(() => ServeAsync(stream)));
        _listener = new DnsListener(
            options ?? new DnsListenerOptions
            {
                Places = [new IPEndPoint(IPAddress.Loopback, 0)],
                Authority = new DnsAuthorityOptions { Zones = [new DnsZone(Domain, [new DnsNameServer(DnsDomainName.Parse("ns.t.example"), [IPAddress.Loopback])])] },
            },
            _acceptor);
    }

    public CarrierKey Key { get; } = CarrierKey.Generate();

    public int SessionCount => _acceptor.SessionCount;

    public IPEndPoint EndPoint => _listener.EndPoints[0];

    public static async Task<DnsServer> StartAsync(DnsListenerOptions? options = null)
    {
        DnsServer server = new(options);
        await server._listener.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _acceptor.DisposeAsync();
    }

    /// <summary>Why the last session failed; null while none did.</summary>
    public Exception? Failure { get; private set; }

    private async Task ServeAsync(LifelineStream stream)
    {
        try
        {
            await EchoAsync(stream);
        }
        catch (Exception e)
        {
            Failure = e;
        }
    }

    private static async Task EchoAsync(LifelineStream stream)
    {
        await using (stream)
        {
            byte[] room = new byte[65_536];
            int count;
            while ((count = await stream.ReadAsync(room)) > 0) await stream.WriteAsync(room.AsMemory(0, count));
            await stream.CompleteWritesAsync();
            await stream.Ended.WaitAsync(TimeSpan.FromSeconds(60)); // disposing gives what is on its way two seconds, and a busy machine takes more
        }
    }
}
