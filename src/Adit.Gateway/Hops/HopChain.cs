using Adit.Core;
using Adit.Core.Hops;
using Adit.Core.Streams;

namespace Adit.Gateway.Hops;

/// <summary>Hops folded into one dialer. Disposing it ends the sessions of its hops, the furthest first.</summary>
public sealed class HopChain : IStreamDialer, IAsyncDisposable
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

    /// <inheritdoc/>
    public ValueTask<DuplexStream> DialAsync(DialRequest request, CancellationToken cancellationToken = default) => _last.DialAsync(request, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach ((_, IStreamDialer dialer) in _links.Reverse())
            if (dialer is IAsyncDisposable disposable) await disposable.DisposeAsync().ConfigureAwait(false);
    }
}
