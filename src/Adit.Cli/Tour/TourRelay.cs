using System.Collections.Concurrent;
using Adit.Core;
using Adit.Core.Relay;
using Adit.Core.Streams;

namespace Adit.Cli.Tour;

/// <summary>A port of loopback that leads to another, until it is cut: then what goes through it ends, and nobody can connect, until it is mended.</summary>
/// <param name="target">Where it leads.</param>
internal sealed class TourRelay(TcpDestination target) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<DuplexStream, bool> _open = new();
    private IStreamListener? _listener;
    private int _port;

    /// <summary>Where it is reached.</summary>
    public TcpDestination At => new("127.0.0.1", _port);

    /// <summary>Takes connections (again).</summary>
    public async Task MendAsync()
    {
        _listener = await new SocketBinder().BindAsync(new TcpDestination("127.0.0.1", _port)).ConfigureAwait(false);
        _port = ((TcpDestination)_listener.BoundAt).Port;
        _ = AcceptAsync(_listener);
    }

    /// <summary>Ends all connections, and takes no more.</summary>
    public async Task CutAsync()
    {
        if (_listener is { } listener) await listener.DisposeAsync().ConfigureAwait(false);
        _listener = null;
        foreach (DuplexStream stream in _open.Keys) stream.Abort(TunnelError.Reset);
    }

    public async ValueTask DisposeAsync() => await CutAsync().ConfigureAwait(false);

    private async Task AcceptAsync(IStreamListener listener)
    {
        while (await listener.AcceptAsync().ConfigureAwait(false) is { } incoming) _ = CarryAsync(incoming.Stream);
    }

    private async Task CarryAsync(DuplexStream near)
    {
        try
        {
            DuplexStream far = await new SocketDialer().DialAsync(new DialRequest(target)).ConfigureAwait(false);
            (_open[near], _open[far]) = (true, true);
            await StreamRelay.RunAsync(near, far).ConfigureAwait(false);
            _open.TryRemove(near, out _);
            _open.TryRemove(far, out _);
        }
        catch (TunnelException)
        {
            await near.DisposeAsync().ConfigureAwait(false);
        }
    }
}
