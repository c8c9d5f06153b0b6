using System.Net;
using System.Net.Sockets;
using Adit.Core;
using Adit.Core.Datagrams;
using Adit.Core.Streams;
using Adit.Wire.Socks;

namespace Adit.Proxies.Clients;

/// <summary>The client of a SOCKS proxy: versions 4, 4A and 5 (RFC 1928, RFC 1929).</summary>
public sealed partial class SocksClient : ProxyClient, IDatagramDialer
{
    /// <summary>Ours: addresses of one name that are tried, each a connection to the proxy.</summary>
    private const int MostAddresses = 4;

    private readonly SocksVersion _version;
    private readonly bool _resolvesHere;

    /// <summary>Makes a client; connects nothing yet.</summary>
    /// <param name="version">The dialect.</param>
    /// <param name="resolvesHere">Whether names are resolved on this machine and the proxy is told an address; SOCKS4 cannot do otherwise.</param>
    /// <param name="options">The proxy. SOCKS4 and 4A take the user name only, as their user id.</param>
    /// <param name="previous">Dials the proxy.</param>
    /// <exception cref="TunnelException"><see cref="TunnelError.BadConfiguration"/>: user or password cannot be told to such a proxy.</exception>
    public SocksClient(SocksVersion version, bool resolvesHere, ProxyClientOptions options, IStreamDialer previous)
        : base(options, previous)
    {
        _version = version;
        _resolvesHere = resolvesHere || version == SocksVersion.Socks4;
        _ = Handshake(new SocksRequest(version, SocksCommand.Connect, "0.0.0.0", 1, options.Credentials?.User ?? ""));
    }

    private protected override async Task<DuplexStream> OpenAsync(TcpDestination to, CancellationToken cancellationToken)
    {
        if (!_resolvesHere || IPAddress.TryParse(to.Host, out _)) return await OpenAsync(to, to.Host, cancellationToken).ConfigureAwait(false);
        IPAddress[] addresses = await ResolveAsync(to.Host, cancellationToken).ConfigureAwait(false);
        for (int i = 0; ; i++)
        {
            try
            {
                return await OpenAsync(to, addresses[i].ToString(), cancellationToken).ConfigureAwait(false);
            }
            catch (TunnelException e) when (i + 1 < Math.Min(addresses.Length, MostAddresses)
                && e.Error is TunnelError.ConnectionRefused or TunnelError.Unreachable or TunnelError.RefusedByHop or TunnelError.NotSupported)
            {
                // The name has another address.
            }
        }
    }

    private async Task<DuplexStream> OpenAsync(TcpDestination to, string host, CancellationToken cancellationToken)
    {
        var request = new SocksRequest(_version, SocksCommand.Connect, host, to.Port, Options.Credentials?.User ?? "");
        if (_version != SocksVersion.Socks5 && IPAddress.TryParse(host, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            throw Failed(TunnelError.NotSupported, $"{to}: expected an IPv4 address or a name, which is all that SOCKS4 carries, got IPv6");
        }

        SocksClientHandshake handshake = Handshake(request);
        DuplexStream stream = await DialProxyAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await SocksExchange.RunAsync(stream, handshake, cancellationToken).ConfigureAwait(false) ?? throw Refused(to, handshake);
        }
        catch (Exception e)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            if (e is TunnelException { Hop: null } lost) throw Lost(to, lost);
            throw;
        }
    }

    private async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        AddressFamily family = _version == SocksVersion.Socks5 ? AddressFamily.Unspecified : AddressFamily.InterNetwork;
        try
        {
            IPAddress[] addresses = await NameResolver.ResolveAsync(host, family, cancellationToken).ConfigureAwait(false);
            if (addresses.Length > 0) return addresses;
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            string text = e is SocketException s ? s.SocketErrorCode.ToText() : "Name or service not known";
            throw Failed(TunnelError.NameNotResolved, $"resolve {host} on this machine: {text}", e);
        }

        throw Failed(TunnelError.NameNotResolved, $"resolve {host} on this machine: no address that such a proxy can be told");
    }

    private SocksClientHandshake Handshake(SocksRequest request)
    {
        try
        {
            return new SocksClientHandshake(request, Options.Credentials?.Password ?? "");
        }
        catch (ArgumentException e)
        {
            throw Failed(TunnelError.BadConfiguration, e.Message, e);
        }
    }

    private TunnelException Refused(Destination to, SocksClientHandshake handshake)
    {
        (TunnelError error, string what) = SocksExchange.ReasonOf(handshake, isName: !_resolvesHere && to is TcpDestination tcp && !IPAddress.TryParse(tcp.Host, out _), hasCredentials: Options.Credentials is not null);
        return Failed(error, $"{to}: {what}");
    }
}
