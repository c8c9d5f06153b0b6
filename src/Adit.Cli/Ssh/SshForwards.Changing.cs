using Adit.Core;
using Adit.Core.Streams;
using Adit.Ssh.Client;
using Adit.Ssh.Config;
using Adit.Ssh.Forwarding;

namespace Adit.Cli.Ssh;

/// <summary>Forwards that come and go while a session lasts.</summary>
internal sealed partial class SshForwards
{
    private readonly Lock _gate = new();
    private readonly List<StandingForward> _standing = [];

    /// <summary>Listens here for a target that the server dials.</summary>
    /// <returns>False when the listener cannot be had; that is told.</returns>
    public async Task<bool> AddAsync(IStreamDialer session, LocalForward forward, CancellationToken cancellationToken)
    {
        log.Debug($"Local connections to {forward.Listen} forwarded to remote address {forward.Target}");
        if (await TryBindAsync(forward.Listen, cancellationToken) is not { } listener) return false;
        Keep('L', forward.Listen, new StreamForwarder(listener, session, forward.Target, log));
        return true;
    }

    /// <summary>Listens here for SOCKS clients whose targets the server dials.</summary>
    /// <returns>False when the listener cannot be had; that is told.</returns>
    public async Task<bool> AddAsync(IStreamDialer session, DynamicForward forward, CancellationToken cancellationToken)
    {
        log.Debug($"Local connections to {forward.Listen} forwarded to remote address socks:0");
        if (await TryBindAsync(forward.Listen, cancellationToken) is not { } listener) return false;
        Keep('D', forward.Listen, new DynamicForwarder(listener, session, null, log));
        return true;
    }

    /// <summary>Lets the server listen.</summary>
    /// <returns>False when it refuses; that is told.</returns>
    public Task<bool> AddAsync(SshClient client, RemoteForward forward, CancellationToken cancellationToken) => TryRequestAsync(client, forward, cancellationToken);

    /// <summary>Takes a listener down. Connections that came in through it go on.</summary>
    /// <param name="kind"><c>L</c>, <c>R</c> or <c>D</c>.</param>
    /// <param name="listen">Where it listens, as it was asked for.</param>
    /// <param name="target">Where it leads, which tells apart those whose port the server chose; null for wherever.</param>
    /// <returns>False when there is none.</returns>
    public async Task<bool> CancelAsync(char kind, Destination listen, Destination? target = null)
    {
        StandingForward? found;
        lock (_gate)
        {
            found = _standing.Find(f => f.Kind == kind && f.Listen == listen && (target is null || (f.Forwarder as StreamForwarder)?.Target == target));
            if (found is null) return false;
            _standing.Remove(found);
        }

        await found.Forwarder.DisposeAsync();
        return true;
    }

    /// <summary>The port that the server chose for a forward that asked for port 0; 0 if none is known.</summary>
    public int FindAllocated(RemoteForward forward) => _allocated.GetValueOrDefault(forward);

    private void Keep(char kind, Destination listen, Forwarder forwarder)
    {
        lock (_gate) _standing.Add(new StandingForward(kind, listen, forwarder));
    }

    private void ForgetRemote()
    {
        lock (_gate) _standing.RemoveAll(f => f.Kind == 'R');
    }

    private StandingForward[] Standing()
    {
        lock (_gate) return [.. _standing];
    }

    private sealed record StandingForward(char Kind, Destination Listen, Forwarder Forwarder);
}
