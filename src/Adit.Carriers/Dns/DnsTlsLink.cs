using Adit.Core;
using Adit.Core.Streams;

namespace Adit.Carriers.Dns;

/// <summary>A resolver that is asked by DNS over TLS (RFC 7858): a few connections that are kept, with many queries on each.</summary>
/// <remarks>
/// Theory of operation: resolvers work off some 20 to 30 queries of one connection at a time, so a second is opened when the first has so many, and a third; large answers have one to themselves, since small ones would wait
/// behind them. That is still fewer than RFC 9210 §5.1 has in mind for a client that opens one a query.
/// </remarks>
internal sealed class DnsTlsLink : DnsLink
{
    /// <summary>Ours: connections for small answers.</summary>
    private const int Connections = 3;

    private const int Large = Connections;

    /// <summary>Ours: queries of a connection from which another is opened. Measured: BIND 9.18 works on 23 of one at a time, unbound 1.17 on 32.</summary>
    private const int Full = 20;

    private readonly DnsStreamConnection[] _connections = new DnsStreamConnection[Connections + 1];
    private readonly int[] _outstanding = new int[Connections + 1];
    private readonly SocketDialer _dialer = new();

    public DnsTlsLink(DnsResolver resolver, IDnsAnswerSink sink)
        : base(resolver, sink)
    {
        for (int i = 0; i < _connections.Length; i++)
        {
            int channel = i;
            _connections[i] = new DnsStreamConnection(ConnectAsync, octets => Take(octets, channel, isStream: true), Failed);
        }
    }

    protected override int Choose(bool isStream)
    {
        if (isStream) return Large;
        int best = 0;
        for (int i = 0; i < Connections; i++)
        {
            if (_outstanding[i] < Full) return i;
            if (_outstanding[i] < _outstanding[best]) best = i;
        }

        return best;
    }

    protected override void Dispatch(int channel, int key, ReadOnlySpan<byte> query)
    {
        _outstanding[channel]++;
        _connections[channel].Send(query);
    }

    protected override void Settled(int channel) => _outstanding[channel]--;

    protected override ValueTask CloseAsync()
    {
        foreach (DnsStreamConnection each in _connections) each.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        DuplexStream below = await _dialer.DialAsync(new DialRequest(new TcpDestination(Resolver.Host, Resolver.Port)), cancellationToken).ConfigureAwait(false);
        TlsLayer tls = await TlsLayer.ConnectAsync(below, Resolver.Tls! with { ApplicationProtocols = [] }, cancellationToken).ConfigureAwait(false);
        Problem = null;
        return tls;
    }

    private void Failed(Exception reason)
    {
        if (reason is TunnelException known) Problem = known;
        Broke(isStream: true);
    }
}
