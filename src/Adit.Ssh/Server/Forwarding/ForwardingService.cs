using System.Net;
using Adit.Core;
using Adit.Core.Policy;
using Adit.Core.Streams;
using Adit.Platform.Libc;
using Adit.Ssh.Channels;
using Adit.Ssh.Forwarding;
using Adit.Ssh.Tunnels;
using Adit.Wire;
using Adit.Wire.Ssh;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Adit.Ssh.Server.Forwarding;

/// <summary>
/// What a forwarding server does for one client: direct-tcpip and direct-streamlocal channels (RFC 4254 §7.2, PROTOCOL of OpenSSH §2.4), listeners
/// and the channels from them (§7.1), all judged by a policy at the moment they are asked for. Each opening runs by itself: a destination that does not answer
/// holds up no other. Listeners are released when they are cancelled, when the connection ends, or when this is disposed.
/// </summary>
public sealed partial class ForwardingService : IConnectionService, IForwardingObserver, IAsyncDisposable
{
    private readonly SshConnection _connection;
    private readonly IForwardingPolicy _policy;
    private readonly ForwardingOptions _options;
    private readonly IStreamBinder _binder;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly List<ForwardedListener> _listeners = [];
    private volatile bool _noMoreSessions;
    private bool _disposed;

    /// <summary>Makes a service; give it to the session with <see cref="SshServerSession.AcceptAsync"/>.</summary>
    /// <param name="connection">The client's connection.</param>
    /// <param name="policy">What the client may do.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="logger">Where to log; null for nowhere.</param>
    public ForwardingService(SshConnection connection, IForwardingPolicy policy, ForwardingOptions? options = null, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(policy);
        _connection = connection;
        _policy = policy;
        _options = options ?? new ForwardingOptions();
        _binder = _options.Binder ?? new SocketBinder();
        _logger = logger ?? NullLogger.Instance;
        connection.Over.Register(static self => _ = ((ForwardingService)self!).DisposeAsync().AsTask(), this);
    }

    /// <summary>Makes a service for a session: what its key permits, and then <see cref="DefaultForwardingPolicy"/>.</summary>
    /// <param name="session">The session.</param>
    /// <param name="logger">Where to log; null for nowhere.</param>
    public static ForwardingService For(SshServerSession session, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(session);
        return new ForwardingService(session.Connection, new KeyForwardingPolicy(session.Permissions, DefaultForwardingPolicy.Instance), null, logger);
    }

    /// <summary>The listeners there are now, as the client asked for them and with the ports that were bound.</summary>
    public IReadOnlyList<Destination> Listeners
    {
        get
        {
            lock (_lock) return [.. _listeners.Select(l => l.Place)];
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ChannelVerdict> OpenChannelAsync(ChannelOpening opening, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(opening);
        switch (opening.ChannelType)
        {
            case "direct-tcpip":
                return TcpipOpenFields.TryDecode(opening.Fields.Span, out TcpipOpenFields tcp, out _) == DecodeStatus.Ok
                    ? await OpenTcpAsync(tcp, cancellationToken).ConfigureAwait(false)
                    : Malformed(opening.ChannelType);
            case "direct-streamlocal@openssh.com":
                return DirectStreamlocalFields.TryDecode(opening.Fields.Span, out DirectStreamlocalFields unix, out _) == DecodeStatus.Ok
                    ? await OpenUnixAsync(unix.Path, cancellationToken).ConfigureAwait(false)
                    : Malformed(opening.ChannelType);
            case DatagramChannel.Type when _options.Datagrams:
                return TcpipOpenFields.TryDecode(opening.Fields.Span, out TcpipOpenFields udp, out _) == DecodeStatus.Ok
                    ? await OpenUdpAsync(udp, cancellationToken).ConfigureAwait(false)
                    : Malformed(opening.ChannelType);
            case SshTunnelLink.ChannelType when _options.Tunnels is { } tunnels:
                return TunOpenFields.TryDecode(opening.Fields.Span, out TunOpenFields tun, out _) == DecodeStatus.Ok
                    ? await OpenTunnelAsync(tunnels, tun, cancellationToken).ConfigureAwait(false)
                    : Malformed(opening.ChannelType);
            case "session":
                return OpenSession();
            default:
                LogUnknownChannel(_logger, _options.Name, Shown(opening.ChannelType));
                return ChannelVerdict.Refuse(ChannelOpenFailureReason.UnknownChannelType, "unknown channel type");
        }
    }

    /// <inheritdoc/>
    public async ValueTask<GlobalRequestReply> HandleRequestAsync(string name, ReadOnlyMemory<byte> fields, CancellationToken cancellationToken)
    {
        switch (name)
        {
            case "tcpip-forward":
                return TcpipForwardFields.TryDecode(fields.Span, out TcpipForwardFields tcp, out _) == DecodeStatus.Ok
                    ? await ListenTcpAsync(tcp, cancellationToken).ConfigureAwait(false)
                    : default;
            case "streamlocal-forward@openssh.com":
                return StreamlocalForwardFields.TryDecode(fields.Span, out StreamlocalForwardFields unix, out _) == DecodeStatus.Ok
                    ? await ListenUnixAsync(unix.Path, cancellationToken).ConfigureAwait(false)
                    : default;
            case "cancel-tcpip-forward":
                return TcpipForwardFields.TryDecode(fields.Span, out TcpipForwardFields cancelled, out _) == DecodeStatus.Ok && cancelled.Port <= 65535
                    ? await CancelAsync(new TcpDestination(cancelled.Address, (int)cancelled.Port)).ConfigureAwait(false)
                    : default;
            case "cancel-streamlocal-forward@openssh.com":
                return StreamlocalForwardFields.TryDecode(fields.Span, out StreamlocalForwardFields gone, out _) == DecodeStatus.Ok
                    ? await CancelAsync(new UnixDestination(gone.Path)).ConfigureAwait(false)
                    : default;
            case SshTunnelLink.LeaseRequest when _options.Tunnels is { } tunnels:
                return TunnelLeaseRequestFields.TryDecode(fields.Span, out TunnelLeaseRequestFields lease, out _) == DecodeStatus.Ok && tunnels.DescribeLease(lease.Channel) is { } described
                    ? new GlobalRequestReply(true, described)
                    : default;
            case "no-more-sessions@openssh.com":
                _noMoreSessions = true;
                return new GlobalRequestReply(true);
            default:
                // RFC 4254 §4: what is not recognised is answered with a failure.
                LogUnknownRequest(_logger, _options.Name, Shown(name));
                return default;
        }
    }

    /// <summary>Releases every listener. Channels that are open go on.</summary>
    public async ValueTask DisposeAsync()
    {
        ForwardedListener[] all;
        lock (_lock)
        {
            _disposed = true;
            all = [.. _listeners];
            _listeners.Clear();
        }

        foreach (ForwardedListener listener in all) await listener.DisposeAsync().ConfigureAwait(false);
    }

    private ChannelVerdict OpenSession()
    {
        if (_noMoreSessions) return ChannelVerdict.Refuse(ChannelOpenFailureReason.AdministrativelyProhibited, "no more sessions");
        return _options.Sessions?.OpenSession() ?? RefusedSession.Open(_options.NoSessionsText, asked => Refused("session", asked, "forwarding only"));
    }

    private async ValueTask<ChannelVerdict> OpenTcpAsync(TcpipOpenFields fields, CancellationToken cancellationToken)
    {
        if (RefuseImpossible(fields) is { } impossible) return impossible;
        var to = new TcpDestination(fields.Host, (int)fields.Port);
        PolicyVerdict verdict = _policy.JudgeOpen(to);
        if (!verdict.Allowed) return Prohibited("open", to, verdict.Rule);
        string? rule = null;
        var dialer = new SocketDialer(_options.ConnectTimeout, judge: address =>
        {
            PolicyVerdict judged = _policy.JudgeAddress(to, address);
            return judged.Allowed ? null : rule = judged.Rule;
        });
        return await DialAsync(dialer, to, to, OriginatorOf(fields), () => rule, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<ChannelVerdict> OpenUnixAsync(string path, CancellationToken cancellationToken)
    {
        var asked = new UnixDestination(path);
        // The socket itself is judged, whatever links lead to it; what is not there is judged by its name.
        UnixDestination? to = IsPath(path) ? new UnixDestination(FileStatus.ResolvePath(path) ?? Path.GetFullPath(path)) : null;
        if (to is null) return Prohibited("open", asked, "streamlocal: absolute paths only");
        PolicyVerdict verdict = _policy.JudgeOpen(to);
        if (!verdict.Allowed) return Prohibited("open", asked, verdict.Rule);
        return await DialAsync(_options.UnixDialer ?? new SocketDialer(_options.ConnectTimeout), to, asked, null, () => null, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<ChannelVerdict> DialAsync(IStreamDialer dialer, Destination to, Destination asked, IPEndPoint? from, Func<string?> rule, CancellationToken cancellationToken)
    {
        try
        {
            DuplexStream stream = await dialer.DialAsync(new DialRequest(to), cancellationToken).ConfigureAwait(false);
            return ChannelVerdict.Accept(channel => RelayAsync("open", asked, from, channel, stream), held: stream);
        }
        catch (TunnelException e)
        {
            if (e.Error == TunnelError.PermissionDenied && rule() is { } denied) return Prohibited("open", asked, denied);
            Interlocked.Increment(ref _failed);
            LogFailed(_logger, _options.Name, asked, e.Message);
            return ChannelVerdict.Refuse(ChannelOpenFailureReason.ConnectFailed, e.Message);
        }
    }

    private ChannelVerdict? RefuseImpossible(TcpipOpenFields fields)
    {
        if (fields.Port is not (0 or > 65535) && fields.Host.Length is not (0 or > 255) && !fields.Host.Contains('\0', StringComparison.Ordinal)) return null;
        Interlocked.Increment(ref _failed);
        return ChannelVerdict.Refuse(ChannelOpenFailureReason.ConnectFailed, $"port: expected 1 to 65535, and a host of 1 to 255 octets, got port {fields.Port}");
    }

    private static IPEndPoint? OriginatorOf(TcpipOpenFields fields) =>
        IPAddress.TryParse(fields.OriginatorHost, out IPAddress? originator) && fields.OriginatorPort <= 65535 ? new IPEndPoint(originator, (int)fields.OriginatorPort) : null;

    private ChannelVerdict Prohibited(string what, Destination place, string rule)
    {
        Refused(what, Shown(place.ToString()), rule);
        return ChannelVerdict.Refuse(ChannelOpenFailureReason.AdministrativelyProhibited, $"{Shown(place.ToString())}: {rule}");
    }

    private static ChannelVerdict Malformed(string type) => ChannelVerdict.Refuse(ChannelOpenFailureReason.ConnectFailed, $"{type}: malformed fields");

    private static bool IsPath(string path) => path.Length is > 0 and <= 4096 && path[0] == '/' && !path.Contains('\0', StringComparison.Ordinal);

    private static string Shown(string text) => new([.. text.Take(300).Select(c => char.IsControl(c) ? '?' : c)]);
}
