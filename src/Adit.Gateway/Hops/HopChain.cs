using Adit.Core;
using Adit.Core.Datagrams;
using Adit.Core.Hops;
using Adit.Core.Streams;
using Adit.Gateway.Status;
using Adit.Ssh.Tunnels;

namespace Adit.Gateway.Hops;

/// <summary>Hops folded into one dialer. Disposing it ends the sessions of its hops, the furthest first.</summary>
public sealed class HopChain : IStreamDialer, IDatagramDialer, IAsyncDisposable
{
    private readonly IStreamDialer _last;
    private readonly IReadOnlyList<(HopUri Hop, IStreamDialer Dialer)> _links;
    private readonly HopOutcomes _outcomes;

    internal HopChain(IStreamDialer last, IReadOnlyList<(HopUri Hop, IStreamDialer Dialer)> links)
    {
        _last = last;
        _links = links;
        _outcomes = new HopOutcomes(links.Count);
    }

    /// <summary>The hops, nearest first.</summary>
    public IReadOnlyList<HopUri> Hops => [.. _links.Select(l => l.Hop)];

    /// <summary>What dials the last hop's streams.</summary>
    internal IStreamDialer Last => _last;

    /// <summary>How each hop does, nearest first.</summary>
    public IReadOnlyList<HopStatus> Status =>
        [.. _links.Select((link, i) => link.Dialer is IDescribedHop known ? known.Describe(_outcomes.Of(i, link.Hop)) : _outcomes.Of(i, link.Hop))];

    /// <summary>Whether the last hop's streams are lifelines, which have carriers to tell of.</summary>
    public bool IsLifeline => _last is LifelineCarrier;

    /// <summary>Whether <see cref="DialDatagramsAsync"/> may succeed: there are no hops, or the last one knows of datagrams.</summary>
    public bool CarriesDatagrams => _links.Count == 0 || _last is IDatagramDialer;

    /// <inheritdoc/>
    public ValueTask<DuplexStream> DialAsync(DialRequest request, CancellationToken cancellationToken = default) =>
        _links.Count == 0 ? _last.DialAsync(request, cancellationToken) : NotedAsync(_last.DialAsync(request, cancellationToken));

    /// <summary>Opens a flow of datagrams: from this machine where there are no hops, else through the last one, which must carry UDP.</summary>
    /// <exception cref="TunnelException"><see cref="TunnelError.NotSupported"/>: the last hop carries none; or a hop failed.</exception>
    public ValueTask<IDatagramFlow> DialDatagramsAsync(DialRequest request, CancellationToken cancellationToken = default)
    {
        if (_links.Count == 0) return new UdpDialer().DialAsync(request, cancellationToken);
        if (_last is IDatagramDialer dialer) return NotedAsync(dialer.DialAsync(request, cancellationToken));
        string last = _links[^1].Hop.ToString();
        throw new TunnelException(TunnelError.NotSupported, $"{last}: expected a hop that carries UDP last (ssh:// to an Adit gateway, socks5:// or socks5h://)", last);
    }

    ValueTask<IDatagramFlow> IDatagramDialer.DialAsync(DialRequest request, CancellationToken cancellationToken) => DialDatagramsAsync(request, cancellationToken);

    /// <summary>Opens a packet tunnel to a device of the last hop's, which is an <c>ssh://</c> one.</summary>
    /// <param name="mode">What it carries.</param>
    /// <param name="unit">The device's number; null for any.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">The last hop is no SSH server, cannot be reached, or refuses.</exception>
    public ValueTask<SshTunnelLink> OpenTunnelAsync(TunnelMode mode, int? unit, CancellationToken cancellationToken = default) =>
        _links is [.., (_, SshHop server)] ? NotedAsync(server.OpenTunnelAsync(mode, unit, cancellationToken)) : throw new TunnelException(TunnelError.NotSupported, "tunnel: expected an ssh:// hop last");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach ((_, IStreamDialer dialer) in _links.Reverse())
            if (dialer is IAsyncDisposable disposable) await disposable.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<T> NotedAsync<T>(ValueTask<T> dial)
    {
        try
        {
            T result = await dial.ConfigureAwait(false);
            _outcomes.Succeeded();
            return result;
        }
        catch (TunnelException e)
        {
            string told = $"{e.Hop}: ";
            _outcomes.Failed(IndexOf(e.Hop), e.Message.StartsWith(told, StringComparison.Ordinal) ? e.Message[told.Length..] : e.Message);
            throw;
        }
    }

    // The furthest hop of that name; none: the failure is the target's.
    private int IndexOf(string? hop)
    {
        for (int i = _links.Count - 1; hop is not null && i >= 0; i--)
            if (_links[i].Hop.ToString() == hop) return i;
        return -1;
    }
}
