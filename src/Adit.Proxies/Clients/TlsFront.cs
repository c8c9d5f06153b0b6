using Adit.Core;
using Adit.Core.Streams;

namespace Adit.Proxies.Clients;

/// <summary>
/// A server of TLS that hands what is within to one place of its own choice (haproxy, stunnel, nginx stream). Whatever is dialled through it is taken to be that
/// place: TLS has no word for where to go.
/// </summary>
public sealed class TlsFront : ProxyClient
{
    private readonly TlsClientOptions _tls;

    /// <summary>Makes a client; connects nothing yet.</summary>
    /// <param name="options">The server.</param>
    /// <param name="tls">What is expected of its certificate.</param>
    /// <param name="previous">Dials it.</param>
    public TlsFront(ProxyClientOptions options, TlsClientOptions tls, IStreamDialer previous)
        : base(options, previous)
    {
        ArgumentNullException.ThrowIfNull(tls);
        _tls = tls;
    }

    private protected override async Task<DuplexStream> OpenAsync(TcpDestination to, CancellationToken cancellationToken)
    {
        DuplexStream stream = await DialProxyAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await TlsLayer.ConnectAsync(stream, _tls, cancellationToken).ConfigureAwait(false);
        }
        catch (TunnelException e) when (e.Hop is null)
        {
            throw Failed(e.Error, e.Message, e);
        }
    }
}
