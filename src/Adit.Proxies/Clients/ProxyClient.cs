using Adit.Core;
using Adit.Core.Streams;

namespace Adit.Proxies.Clients;

/// <summary>
/// The client of one proxy: a dialer whose streams lead through it.
/// </summary>
/// <remarks>
/// Theory of operation: each dial opens a stream to the proxy by the dialer before it, runs a handshake (an engine of Adit.Wire, without I/O) over that, and
/// hands the stream on; octets that came right behind the proxy's last reply stay in front of it. Errors tell four things apart: the proxy was not reached
/// (<see cref="TunnelError.HopUnreachable"/>), it refused (<see cref="TunnelError.PermissionDenied"/>, <see cref="TunnelError.RefusedByHop"/>,
/// <see cref="TunnelError.AuthenticationFailed"/>), it could not resolve the target's name (<see cref="TunnelError.NameNotResolvedAtPeer"/>), and it could not reach the target
/// (<see cref="TunnelError.ConnectionRefused"/>, <see cref="TunnelError.Unreachable"/>, <see cref="TunnelError.TimedOut"/>). Each names its hop.
/// </remarks>
public abstract class ProxyClient : IStreamDialer
{
    private protected ProxyClient(ProxyClientOptions options, IStreamDialer previous)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(previous);
        if (options.Timeout <= TimeSpan.Zero) throw new ArgumentOutOfRangeException(nameof(options), options.Timeout, "timeout: expected more than zero");
        Options = options;
        Previous = previous;
    }

    /// <summary>What it was told.</summary>
    public ProxyClientOptions Options { get; }

    /// <summary>Dials the proxy.</summary>
    private protected IStreamDialer Previous { get; }

    /// <inheritdoc/>
    public async ValueTask<DuplexStream> DialAsync(DialRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.To is not TcpDestination to) throw Failed(TunnelError.NotSupported, $"{request.To}: expected a TCP port, which is all that this proxy reaches");
        return await WithinTimeoutAsync(to, token => OpenAsync(to, token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens something, within the time that a dial may take.</summary>
    private protected async Task<T> WithinTimeoutAsync<T>(Destination to, Func<CancellationToken, Task<T>> open, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Options.Timeout);
        try
        {
            return await open(limit.Token).ConfigureAwait(false);
        }
        catch (ProxyNotReachedException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failed(TunnelError.HopUnreachable, $"proxy unreachable: expected a connection within {Options.Timeout.TotalSeconds:0.###} s, got none", e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failed(TunnelError.TimedOut, $"{to}: expected an answer of the proxy within {Options.Timeout.TotalSeconds:0.###} s, got none", e);
        }
    }

    /// <summary>Opens a stream to the target.</summary>
    private protected abstract Task<DuplexStream> OpenAsync(TcpDestination to, CancellationToken cancellationToken);

    /// <summary>Opens a stream to the proxy itself.</summary>
    private protected async ValueTask<DuplexStream> DialProxyAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Previous.DialAsync(new DialRequest(Options.Proxy), cancellationToken).ConfigureAwait(false);
        }
        catch (TunnelException e) when (e.Hop is null || IsAboutTarget(e.Error))
        {
            throw Failed(TunnelError.HopUnreachable, $"proxy unreachable: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
        {
            // Whether the caller gave up, or this dial took too long, is known further up.
            throw new ProxyNotReachedException(e, cancellationToken);
        }
    }

    private protected TunnelException Failed(TunnelError error, string what, Exception? cause = null) => new(error, $"{Options.Name}: {what}", Options.Name, cause);

    /// <summary>A handshake's stream failed.</summary>
    private protected TunnelException Lost(Destination to, TunnelException cause) =>
        Failed(cause.Error is TunnelError.Reset or TunnelError.Closed ? TunnelError.ConnectionLost : cause.Error, $"{to}: the proxy ended the connection: {cause.Message}", cause);

    // What an earlier hop says of its target is said of this proxy here; what it says of itself is its own to tell.
    private static bool IsAboutTarget(TunnelError error) =>
        error is TunnelError.ConnectionRefused or TunnelError.Unreachable or TunnelError.NameNotResolved or TunnelError.NameNotResolvedAtPeer or TunnelError.TimedOut;

    private sealed class ProxyNotReachedException(Exception inner, CancellationToken token) : OperationCanceledException(null, inner, token);
}
