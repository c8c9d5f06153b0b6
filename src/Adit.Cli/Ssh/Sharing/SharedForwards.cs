using Adit.Core;
using Adit.Ssh.Client;
using Adit.Ssh.Config;
using Adit.Ssh.Multiplexing;
using Adit.Wire.SshMux;

namespace Adit.Cli.Ssh.Sharing;

/// <summary>The forwards of a shared connection as clients of its master see them: those of the master's command line, and those that clients have added.</summary>
internal sealed class SharedForwards : IControlForwards, IDisposable
{
    private readonly SshForwards _forwards;
    private readonly SshClient _client;
    private readonly SshConfig _config;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<MuxForward, int> _known = [];

    public SharedForwards(SshForwards forwards, SshClient client, SshConfig config)
    {
        _forwards = forwards;
        _client = client;
        _config = config;
        foreach (MuxForward forward in Of(config)) _known.TryAdd(forward, 0);
    }

    /// <summary>What a configuration asks for, in the words of the protocol.</summary>
    public static IEnumerable<MuxForward> Of(SshConfig config) =>
    [
        .. config.LocalForwards.Select(f => Describe(MuxForwardKind.Local, f.Listen, f.IsBindDefault, f.Target)),
        .. config.DynamicForwards.Select(f => Describe(MuxForwardKind.Dynamic, f.Listen, f.IsBindDefault, null)),
        // ssh(1) keeps no bind address for "localhost", which is the default at the server.
        .. config.RemoteForwards.Select(f => Describe(MuxForwardKind.Remote, f.Listen, f.Listen is TcpDestination { Host: "localhost" }, f.Target)),
    ];

    public bool Contains(MuxForward forward)
    {
        lock (_known) return _known.ContainsKey(forward);
    }

    public async ValueTask<int> OpenAsync(MuxForward forward, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (Contains(forward)) return AllocatedFor(forward);
            Destination listen = ListenOf(forward);
            bool stands = forward.Kind switch
            {
                MuxForwardKind.Local => await _forwards.AddAsync(_client, new LocalForward(listen, TargetOf(forward)!), cancellationToken),
                MuxForwardKind.Dynamic => await _forwards.AddAsync(_client, new DynamicForward(listen), cancellationToken),
                _ => await _forwards.AddAsync(_client, new RemoteForward(listen, TargetOf(forward)), cancellationToken),
            };
            if (!stands)
            {
                throw new TunnelException(TunnelError.PermissionDenied, forward.Kind != MuxForwardKind.Remote ? "Port forwarding failed"
                    : $"remote port forwarding failed for listen {(listen is UnixDestination unix ? $"path {unix.Path}" : $"port {forward.ListenPort}")}");
            }

            lock (_known) _known[forward] = 0;
            return AllocatedFor(forward);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask CloseAsync(MuxForward forward, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            bool known;
            lock (_known) known = _known.Remove(forward);
            char kind = forward.Kind switch { MuxForwardKind.Local => 'L', MuxForwardKind.Remote => 'R', _ => 'D' };
            if (!known) throw new TunnelException(TunnelError.Unknown, "port not forwarded");
            if (!await _forwards.CancelAsync(kind, ListenOf(forward), TargetOf(forward))) throw new TunnelException(TunnelError.Unknown, kind == 'R' ? "port not in permitted opens" : "port not found");
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private static MuxForward Describe(MuxForwardKind kind, Destination listen, bool isDefault, Destination? target)
    {
        (string listenHost, uint listenPort) = listen switch
        {
            UnixDestination unix => (unix.Path, MuxForward.SocketPath),
            TcpDestination tcp => (isDefault ? "" : tcp.Host.Length == 0 ? "*" : tcp.Host, (uint)tcp.Port),
            _ => throw new ArgumentException($"{listen}: expected a port or a path", nameof(listen)),
        };
        return target switch
        {
            UnixDestination unix => new(kind, listenHost, listenPort, unix.Path, MuxForward.SocketPath),
            TcpDestination tcp => new(kind, listenHost, listenPort, tcp.Host, (uint)tcp.Port),
            _ => new(kind, listenHost, listenPort, "socks", 0), // as ssh(1) has it
        };
    }

    private static Destination? TargetOf(MuxForward forward) =>
        forward.ConnectPort == MuxForward.SocketPath ? new UnixDestination(forward.ConnectHost)
        : forward.ConnectPort == 0 ? null
        : new TcpDestination(forward.ConnectHost, (int)forward.ConnectPort);

    private Destination ListenOf(MuxForward forward)
    {
        if (forward.ListenPort == MuxForward.SocketPath) return new UnixDestination(forward.ListenHost);
        string host = forward.ListenHost switch
        {
            "" when forward.Kind == MuxForwardKind.Remote => "localhost",
            "" => _config.GatewayPorts ? "" : "localhost",
            "*" => "",
            var named => named,
        };
        return new TcpDestination(host, (int)forward.ListenPort);
    }

    private int AllocatedFor(MuxForward forward) =>
        forward is { Kind: MuxForwardKind.Remote, ListenPort: 0 } ? _forwards.FindAllocated(new RemoteForward(ListenOf(forward), TargetOf(forward))) : 0;
}
