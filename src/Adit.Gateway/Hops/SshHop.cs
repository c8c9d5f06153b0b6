using Adit.Core;
using Adit.Core.Datagrams;
using Adit.Core.Hops;
using Adit.Core.Streams;
using Adit.Gateway.Status;
using Adit.Ssh.Client;
using Adit.Ssh.Tunnels;

namespace Adit.Gateway.Hops;

/// <summary>An <c>ssh://</c> hop: one session, opened at the first dial, through which streams are dialled. A session that was lost is opened anew at the next dial.</summary>
/// <param name="hop">The hop, named in errors.</param>
/// <param name="connect">Opens a session.</param>
public sealed class SshHop(HopUri hop, Func<CancellationToken, Task<SshRoute>> connect) : IStreamDialer, IDatagramDialer, IDescribedHop, IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private Task<SshRoute>? _route;
    private DateTimeOffset _began;

    /// <inheritdoc/>
    public ValueTask<DuplexStream> DialAsync(DialRequest request, CancellationToken cancellationToken = default) =>
        OpenAsync(request?.To.ToString() ?? throw new ArgumentNullException(nameof(request)), (client, token) => client.DialAsync(request, token), cancellationToken);

    /// <summary>Opens a packet tunnel to a device of the server's.</summary>
    /// <param name="mode">What it carries.</param>
    /// <param name="unit">The device's number; null for any.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">The session cannot be opened, or the server refuses.</exception>
    public ValueTask<SshTunnelLink> OpenTunnelAsync(TunnelMode mode, int? unit, CancellationToken cancellationToken = default) =>
        OpenAsync("tunnel", (client, token) => client.OpenTunnelAsync(mode, unit, token), cancellationToken);

    ValueTask<IDatagramFlow> IDatagramDialer.DialAsync(DialRequest request, CancellationToken cancellationToken) =>
        OpenAsync(request.To.ToString(), (client, token) => client.DialDatagramsAsync(request, token), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Task<SshRoute>? last;
        lock (_lock) (last, _route) = (_route, null);
        if (last is null) return;
        try
        {
            await (await last.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // There was none.
        }
    }

    /// <summary>How its session does, beside what dials have told.</summary>
    HopStatus IDescribedHop.Describe(HopStatus status)
    {
        Task<SshRoute>? route;
        DateTimeOffset began;
        lock (_lock) (route, began) = (_route, _began);
        if (route is null) return status;
        if (!route.IsCompleted) return status with { State = "connecting", Since = began };
        // What it failed at, itself or a hop before it, is what the dials told.
        if (!route.IsCompletedSuccessfully) return status;
        (long sent, long received) = route.Result.Client.Connection.Octets;
        Exception? closed = route.Result.Client.Connection.CloseReason;
        return status with
        {
            State = closed is null ? "connected" : "lost",
            Since = began,
            Up = sent,
            Down = received,
            Problem = closed?.Message ?? status.Problem,
        };
    }

    private async ValueTask<T> OpenAsync<T>(string what, Func<SshClient, CancellationToken, ValueTask<T>> open, CancellationToken cancellationToken)
    {
        SshRoute route;
        try
        {
            // Shared by all who dial meanwhile: one that gives up must not end it for the others.
            route = await Current().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (TunnelException e) when (e.Hop is null || !e.Hop.Contains("://", StringComparison.Ordinal))
        {
            throw new TunnelException(e.Error, $"{hop}: {e.Message}", hop.ToString(), e);
        }

        try
        {
            return await open(route.Client, cancellationToken).ConfigureAwait(false);
        }
        catch (TunnelException e)
        {
            throw new TunnelException(e.Error, $"{hop}: {what}: {e.Message}", hop.ToString(), e);
        }
    }

    private Task<SshRoute> Current()
    {
        lock (_lock)
        {
            bool isDead = _route is { IsCompleted: true } done && (!done.IsCompletedSuccessfully || done.Result.Client.Connection.CloseReason is not null);
            if (_route is null || isDead)
            {
                if (_route is { IsCompletedSuccessfully: true } old) _ = old.Result.DisposeAsync().AsTask();
                _began = DateTimeOffset.UtcNow;
                _route = Task.Run(() => connect(_stop.Token));
            }

            return _route;
        }
    }
}
