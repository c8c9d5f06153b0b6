using Adit.Core;
using Adit.Core.Streams;
using Adit.Ssh.Client;
using Adit.Ssh.Config;
using Adit.Ssh.Forwarding;

namespace Adit.Cli.Ssh;

/// <summary>The forwards of a command line: listeners here, which may outlive a session, and listeners at the server, which every session asks for anew.</summary>
/// <param name="config">What is asked for.</param>
/// <param name="log">Where failures are told, in the words of ssh(1).</param>
internal sealed partial class SshForwards(SshConfig config, SshLog log) : IAsyncDisposable
{
    // Ours.
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(3);

    private readonly SocketDialer _dialer = new();
    private readonly List<RemoteForward> _missing = [];
    private readonly Dictionary<RemoteForward, int> _allocated = [];

    /// <summary>Whether anything is asked for.</summary>
    public bool Any => config.LocalForwards.Count + config.DynamicForwards.Count + config.RemoteForwards.Count > 0;

    /// <summary>Opens the listeners here.</summary>
    /// <returns>False when one failed; the others stand.</returns>
    public async Task<bool> ListenAsync(IStreamDialer session, CancellationToken cancellationToken)
    {
        bool all = true;
        foreach (LocalForward forward in config.LocalForwards) all &= await AddAsync(session, forward, cancellationToken);
        foreach (DynamicForward forward in config.DynamicForwards) all &= await AddAsync(session, forward, cancellationToken);
        if (!all) log.Error("Could not request local forwarding.");
        return all;
    }

    /// <summary>Asks a session for the listeners at the server. A port that the server chose before is asked for again.</summary>
    /// <returns>False when one failed; the others stand, and <see cref="RetryAsync"/> asks again.</returns>
    public async Task<bool> RequestAsync(SshClient client, CancellationToken cancellationToken)
    {
        ForgetRemote(); // those of a session before have ended with it
        _missing.Clear();
        foreach (RemoteForward forward in config.RemoteForwards)
        {
            if (!await TryRequestAsync(client, forward, cancellationToken)) _missing.Add(forward);
        }

        if (_missing.Count == 0 && config.RemoteForwards.Count > 0) log.Debug("forwarding_success: all expected forwarding replies received");
        return _missing.Count == 0;
    }

    /// <summary>
    /// Asks again, every few seconds while the session lives, for what it refused: after a loss the server may hold the port for the dead session still.
    /// </summary>
    public async Task RetryAsync(SshClient client, CancellationToken cancellationToken)
    {
        while (_missing.Count > 0)
        {
            await Task.Delay(RetryPause, cancellationToken);
            foreach (RemoteForward forward in _missing.ToArray())
            {
                if (!await TryRequestAsync(client, forward, cancellationToken)) continue;
                _missing.Remove(forward);
                log.Info($"Remote forward {forward.Listen} stands again.");
            }
        }
    }

    /// <summary>Waits until nothing is under way on any forward.</summary>
    public Task WaitIdleAsync(CancellationToken cancellationToken) => Task.WhenAll(Standing().Select(f => f.Forwarder.WaitIdleAsync(cancellationToken)));

    public async ValueTask DisposeAsync()
    {
        foreach (StandingForward each in Standing()) await each.Forwarder.DisposeAsync();
    }

    private async Task<bool> TryRequestAsync(SshClient client, RemoteForward forward, CancellationToken cancellationToken)
    {
        try
        {
            Destination at = forward.Listen is TcpDestination { Port: 0 } any && _allocated.TryGetValue(forward, out int before) ? any with { Port = before } : forward.Listen;
            IStreamListener listener = await BindRemoteAsync(client, forward, at, cancellationToken);
            Keep('R', forward.Listen, forward.Target is { } target
                ? new StreamForwarder(listener, _dialer, target, log)
                : new DynamicForwarder(listener, _dialer, config.PermitRemoteOpen.Permits, log));
            log.Debug($"remote forward success for: listen {forward.Listen}, connect {forward.Target?.ToString() ?? "SOCKS"}");
            return true;
        }
        catch (TunnelException e) when (e.Error == TunnelError.PermissionDenied)
        {
            string what = forward.Listen switch { TcpDestination tcp => $"port {tcp.Port}", UnixDestination unix => $"path {unix.Path}", var other => other.ToString() };
            if (_missing.Contains(forward)) log.Debug($"remote port forwarding failed for listen {what}");
            else if (config.ExitOnForwardFailure) log.Fatal($"Error: remote port forwarding failed for listen {what}");
            else log.Info($"Warning: remote port forwarding failed for listen {what}");
            return false;
        }
    }

    private async Task<IStreamListener> BindRemoteAsync(SshClient client, RemoteForward forward, Destination at, CancellationToken cancellationToken)
    {
        IStreamListener listener;
        try
        {
            listener = await client.BindAsync(at, cancellationToken);
        }
        catch (TunnelException e) when (e.Error == TunnelError.PermissionDenied && at != forward.Listen)
        {
            // The port that was chosen before is not to be had again: let the server choose.
            listener = await client.BindAsync(forward.Listen, cancellationToken);
        }

        if (forward.Listen is TcpDestination { Port: 0 } && listener.BoundAt is TcpDestination bound)
        {
            if (!_allocated.TryGetValue(forward, out int known) || known != bound.Port) log.Info($"Allocated port {bound.Port} for remote forward to {forward.Target?.ToString() ?? "socks:0"}");
            _allocated[forward] = bound.Port;
        }

        return listener;
    }

    private async Task<IStreamListener?> TryBindAsync(Destination at, CancellationToken cancellationToken)
    {
        try
        {
            int mode = 0b110_110_110 & ~config.StreamLocalBindMask;
            return await new SocketBinder(unixMode: (UnixFileMode)mode, unlinkUnix: config.StreamLocalBindUnlink).BindAsync(at, cancellationToken);
        }
        catch (TunnelException e)
        {
            string cause = e.Message[(e.Message.LastIndexOf(": ", StringComparison.Ordinal) + 2)..];
            if (at is TcpDestination tcp)
            {
                string host = tcp.Host switch { "" or "*" => "0.0.0.0", "localhost" => "127.0.0.1", var named => named };
                log.Error($"bind [{host}]:{tcp.Port}: {cause}");
                log.Error($"channel_setup_fwd_listener_tcpip: cannot listen to port: {tcp.Port}");
            }
            else if (at is UnixDestination unix)
            {
                log.Error($"unix_listener: cannot bind to path {unix.Path}: {cause}");
            }

            return null;
        }
    }
}
