using System.Net;
using Adit.Core;
using Adit.Core.Datagrams;
using Adit.Core.Streams;
using Adit.Wire.Socks;

namespace Adit.Proxies.Clients;

/// <summary>UDP ASSOCIATE (RFC 1928 §7): a flow is a connection to the proxy, which holds the association, and datagrams to and from the port that it tells.</summary>
public sealed partial class SocksClient
{
    /// <summary>Opens a flow of datagrams through the proxy.</summary>
    /// <param name="request">To a UDP destination.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException"><see cref="TunnelError.NotSupported"/>: the proxy, or what reaches it, carries no UDP; or the proxy refused.</exception>
    public async ValueTask<IDatagramFlow> DialDatagramsAsync(DialRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.To is not UdpDestination to) throw new ArgumentException($"socks: {request.To}: expected a UDP destination", nameof(request));
        if (_version != SocksVersion.Socks5) throw Failed(TunnelError.NotSupported, $"{to}: expected SOCKS5, for SOCKS4 carries no UDP");
        // Datagrams go beside the connection, so whatever dials the proxy must carry them as well.
        IDatagramDialer datagrams = Previous as IDatagramDialer ?? (Previous is SocketDialer
            ? new UdpDialer()
            : throw Failed(TunnelError.NotSupported, $"{to}: expected no hop before this one, or one that carries UDP"));
        return await WithinTimeoutAsync(to, token => AssociateAsync(to, datagrams, token), cancellationToken).ConfigureAwait(false);
    }

    ValueTask<IDatagramFlow> IDatagramDialer.DialAsync(DialRequest request, CancellationToken cancellationToken) => DialDatagramsAsync(request, cancellationToken);

    private async Task<IDatagramFlow> AssociateAsync(UdpDestination to, IDatagramDialer datagrams, CancellationToken cancellationToken)
    {
        if (_resolvesHere && !IPAddress.TryParse(to.Host, out _)) to = to with { Host = (await ResolveAsync(to.Host, cancellationToken).ConfigureAwait(false))[0].ToString() };
        // §6: where the datagrams will come from is not known yet, which all zeros say.
        SocksClientHandshake handshake = Handshake(new SocksRequest(SocksVersion.Socks5, SocksCommand.UdpAssociate, "0.0.0.0", 0, Options.Credentials?.User ?? ""));
        DuplexStream control = await DialProxyAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _ = await SocksExchange.RunAsync(control, handshake, cancellationToken).ConfigureAwait(false) ?? throw Refused(to, handshake);
            // A proxy that tells no address means its own.
            string relay = IPAddress.TryParse(handshake.BoundHost, out IPAddress? told) && !told.Equals(IPAddress.Any) && !told.Equals(IPAddress.IPv6Any) ? handshake.BoundHost : Options.Proxy.Host;
            IDatagramFlow flow = await datagrams.DialAsync(new DialRequest(new UdpDestination(relay, handshake.BoundPort)), cancellationToken).ConfigureAwait(false);
            return new SocksFlow(flow, control, to);
        }
        catch (Exception e)
        {
            await control.DisposeAsync().ConfigureAwait(false);
            if (e is TunnelException { Hop: null } lost) throw Lost(to, lost);
            throw;
        }
    }
}
