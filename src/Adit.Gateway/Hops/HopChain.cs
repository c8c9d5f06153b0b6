using Adit.Core;
using Adit.Core.Datagrams;
using Adit.Core.Hops;
using Adit.Core.Streams;

namespace Adit.Gateway.Hops;

/// <summary>Hops folded into one dialer. Disposing it ends the sessions of its hops, the furthest first.</summary>
public sealed class HopChain : IStreamDialer, IDatagramDialer, IAsyncDisposable
{
    private readonly IStreamDialer _last;
    private readonly IReadOnlyList<(HopUri Hop, IStreamDialer Dialer)> _links;

    internal HopChain(IStreamDialer last, IReadOnlyList<(HopUri Hop, IStreamDialer Dialer)> links)
    {
        _last = last;
        _links = links;
    }

    /// <summary>The hops, nearest first.</summary>
    public IReadOnlyList<HopUri> Hops => [.. _links.Select(l => l.Hop)];

    /// <summary>What dials the last hop's streams.</summary>
    internal IStreamDialer Last => _last;

    /// <inheritdoc/>
    public ValueTask<DuplexStream> DialAsync(DialRequest request, CancellationToken cancellationToken = default) => _last.DialAsync(request, cancellationToken);

    /// <summary>Opens a flow of datagrams: from this machine where there are no hops, else through the last one, which must carry UDP.</summary>
    /// <exception cref="TunnelException"><see cref="TunnelError.NotSupported"/>: the last hop carries none; or a hop failed.</exception>
    public ValueTask<IDatagramFlow> DialDatagramsAsync(DialRequest request, CancellationToken cancellationToken = default)
    {
        if (_links.Count == 0) return new UdpDialer().DialAsync(request, cancellationToken);
        if (_last is IDatagramDialer dialer) return dialer.DialAsync(request, cancellationToken);
        string last = _links[^1].Hop.ToString();
        throw new TunnelException(TunnelError.NotSupported, $"{last}: expected a hop that carries UDP last (ssh:// to an Adit gateway, socks5:// or socks5h://)", last);
    }

    ValueTask<IDatagramFlow> IDatagramDialer.DialAsync(DialRequest request, CancellationToken cancellationToken) => DialDatagramsAsync(request, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach ((_, IStreamDialer dialer) in _links.Reverse())
            if (dialer is IAsyncDisposable disposable) await disposable.DisposeAsync().ConfigureAwait(false);
    }
}
