using Adit.Core.Certificates;
using Adit.Gateway.Admission;
using Adit.Gateway.Listeners;
using Adit.Gateway.Status;
using Adit.Ssh.Keys;

namespace Adit.Gateway.Serving;

/// <summary>
/// A running gateway: one SSH server behind its listeners. Everything a start can fail at (keys, folders, addresses) fails in
/// <see cref="StartAsync"/>; disposing stops listening, says goodbye to every session and releases all, within <see cref="StopTime"/>.
/// </summary>
public sealed partial class GatewayServer : IAsyncDisposable
{
    /// <summary>How long sessions get for an orderly end before they are cut. Ours: what a person or a service manager waits for without a thought.</summary>
    public static readonly TimeSpan StopTime = TimeSpan.FromSeconds(1.5);

    private readonly GatewayContext _context;
    private readonly IReadOnlyList<IGatewayListener> _listeners;
    private readonly IReadOnlyList<SshPrivateKey> _hostKeys;
    private readonly ConnectionHost _host;
    private readonly DateTimeOffset _since;
    private int _disposed;

    internal GatewayServer(GatewayContext context, ConnectionGate gate, IReadOnlyList<IGatewayListener> listeners, IReadOnlyList<SshPrivateKey> hostKeys)
    {
        _context = context;
        _listeners = listeners;
        _hostKeys = hostKeys;
        _since = context.Time.GetUtcNow();
        var refusals = new RefusalLog(context.Logger, context.Time);
        _host = new ConnectionHost(
            (number, incoming) => new GatewaySession(context, number, incoming), (incoming, why) => refusals.Add(incoming.Source, why), context.Logger, context.Time);
        foreach (IGatewayListener listener in listeners) _host.Listen(listener, gate);
    }

    /// <summary>Where it listens, one a socket, ports resolved.</summary>
    public IReadOnlyList<ListenUri> Listening => [.. _listeners.SelectMany(l => l.Places).OrderBy(p => p.IsMessages)];

    /// <summary>What names the key that secure listeners prove themselves with; null where there are none.</summary>
    public Pin? Pin => _listeners.FirstOrDefault(l => l.Pin is not null)?.Pin;

    /// <summary>The public host keys.</summary>
    public IReadOnlyList<SshPublicKey> HostKeys => [.. _hostKeys.Select(k => k.PublicKey)];

    /// <summary>The files of authorised keys.</summary>
    public IReadOnlyList<string> AuthorizedKeysFiles => [.. _context.AuthorizedKeys.Select(f => f.Path)];

    /// <summary>How many keys may log in now.</summary>
    public int AuthorizedKeyCount => _context.AuthorizedKeys.Sum(f => f.Read().Entries.Count);

    /// <summary>How many sessions there are, those that are logging in included.</summary>
    public int SessionCount => _host.Count;

    /// <summary>What it does now and did so far.</summary>
    /// <param name="connections">The most sessions to list.</param>
    public SectionStatus Status(int connections)
    {
        ConnectionStatus[] all = [.. _host.Connections.OfType<GatewaySession>().Select(s => s.Describe()).OrderBy(s => s.Since)];
        return new SectionStatus
        {
            Kind = "gateway",
            Listening = [.. Listening.Select(l => l.ToString())],
            Since = _since,
            Accepted = _host.Admitted,
            Active = all.Length,
            Refused = _host.Refused,
            Failed = _context.Totals.FailedLogins,
            Up = _context.Totals.Received + all.Sum(s => s.Up ?? 0),
            Down = _context.Totals.Sent + all.Sum(s => s.Down ?? 0),
            Connections = [.. all.Take(connections)],
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _host.DisposeAsync().ConfigureAwait(false);
        foreach (IGatewayListener listener in _listeners) await listener.ReleaseAsync().ConfigureAwait(false);
        foreach (SshPrivateKey key in _hostKeys) key.Dispose();
        _context.Tunnels?.Dispose();
    }
}
