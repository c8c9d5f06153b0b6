using System.Net;
using System.Net.Sockets;
using Adit.Core.Streams;

namespace Adit.Core.Datagrams;

/// <summary>Opens UDP sockets from this machine, each connected to one destination, so that nobody else's datagrams come in.</summary>
public sealed class UdpDialer : IDatagramDialer
{
    private readonly TimeSpan _timeout;
    private readonly AddressFamily _family;
    private readonly Func<IPAddress, string?>? _judge;

    /// <summary>Makes a dialer.</summary>
    /// <param name="timeout">The longest that resolving a name may take; null or zero: 60 s, as long as anything should wait.</param>
    /// <param name="family"><see cref="AddressFamily.Unspecified"/>, or the one family to use.</param>
    /// <param name="judge">Judges each resolved address before it is used: null allows it, a text forbids it and says which rule did.</param>
    public UdpDialer(TimeSpan? timeout = null, AddressFamily family = AddressFamily.Unspecified, Func<IPAddress, string?>? judge = null)
    {
        _timeout = timeout is { } t && t > TimeSpan.Zero ? t : TimeSpan.FromSeconds(60);
        _family = family;
        _judge = judge;
    }

    /// <inheritdoc/>
    public async ValueTask<IDatagramFlow> DialAsync(DialRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.To is not UdpDestination to) throw new ArgumentException($"dial: {request.To}: expected a UDP destination", nameof(request));
        IPAddress[] addresses = await ResolveAsync(to, cancellationToken).ConfigureAwait(false);
        SocketException? failure = null;
        foreach (IPAddress address in addresses)
        {
            try
            {
                return UdpFlow.Connect(new IPEndPoint(address, to.Port));
            }
            catch (SocketException e)
            {
                // No route to this one (a machine without the family, say): the next may have.
                failure ??= e;
            }
        }

        throw new TunnelException(failure!.SocketErrorCode.ToTunnelError(), $"send to {to}: {failure.SocketErrorCode.ToText()}", null, failure);
    }

    private async Task<IPAddress[]> ResolveAsync(UdpDestination to, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(to.Host, out IPAddress? literal)) return ResolvedAddresses.Judge([literal], to, _family, _judge);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_timeout);
        try
        {
            return ResolvedAddresses.Judge(await ResolvedAddresses.OfAsync(to.Host, _family, limit.Token).ConfigureAwait(false), to, _family, _judge);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TunnelException(TunnelError.TimedOut, $"resolve {to.Host}: Connection timed out", null, e);
        }
    }
}
