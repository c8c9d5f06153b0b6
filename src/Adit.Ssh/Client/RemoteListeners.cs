using Adit.Core;
using Adit.Core.Streams;
using Adit.Ssh.Channels;
using Adit.Wire;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Client;

/// <summary>The listeners that stand at the server for this session, and the channels that the server opens from them (RFC 4254 §7).</summary>
internal sealed class RemoteListeners : IConnectionService, IAsyncDisposable
{
    private readonly SshConnection _connection;
    private readonly Lock _lock = new();
    private readonly List<RemoteListener> _listeners = [];

    public RemoteListeners(SshConnection connection)
    {
        _connection = connection;
        connection.Over.Register(EndAll);
    }

    /// <summary>Hears of the server's host keys, once; null ignores them.</summary>
    public Func<SshConnection, ReadOnlyMemory<byte>, CancellationToken, ValueTask>? HostKeysAnnounced { get; set; }

    /// <summary>Serves the server's agent channels; null refuses them.</summary>
    public IAgentRelay? AgentRelay { get; set; }

    /// <exception cref="TunnelException">The server refused.</exception>
    public async ValueTask<IStreamListener> BindAsync(Destination at, CancellationToken cancellationToken)
    {
        (string request, byte[] fields) = at switch
        {
            TcpDestination tcp => ("tcpip-forward", SshChannel.Encode(new TcpipForwardFields(tcp.Host, (uint)tcp.Port))),
            UnixDestination unix => ("streamlocal-forward@openssh.com", SshChannel.Encode(new StreamlocalForwardFields(unix.Path))),
            _ => throw new ArgumentException($"ssh: {at}: expected a TCP or unix destination", nameof(at)),
        };

        // Stands before the request: the server may open a channel right behind its answer.
        var listener = new RemoteListener(this, at);
        lock (_lock) _listeners.Add(listener);
        GlobalRequestReply reply;
        try
        {
            reply = await _connection.RequestAsync(request, fields, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Forget(listener);
            throw;
        }

        if (!reply.Granted)
        {
            Forget(listener);
            throw new TunnelException(TunnelError.PermissionDenied, $"remote port forwarding failed for listen {(at is TcpDestination t ? $"port {t.Port}" : $"path {at}")}");
        }

        if (at is TcpDestination { Port: 0 } any && TcpipForwardReplyFields.TryDecode(reply.Fields.Span, out TcpipForwardReplyFields told, out _) == DecodeStatus.Ok)
        {
            listener.BoundAt = any with { Port = (int)(told.Port & 0xffff) };
        }

        return listener;
    }

    public ValueTask<ChannelVerdict> OpenChannelAsync(ChannelOpening opening, CancellationToken cancellationToken)
    {
        if (opening.ChannelType == "auth-agent@openssh.com")
        {
            return AgentRelay?.OpenAsync(_connection, cancellationToken)
                ?? ValueTask.FromResult(ChannelVerdict.Refuse(ChannelOpenFailureReason.AdministrativelyProhibited, "agent forwarding was not asked for"));
        }

        RemoteListener? listener = null;
        System.Net.IPEndPoint? source = null;
        if (opening.ChannelType == "forwarded-tcpip" && TcpipOpenFields.TryDecode(opening.Fields.Span, out TcpipOpenFields tcp, out _) == DecodeStatus.Ok)
        {
            listener = Find(l => l is TcpDestination d && d.Port == tcp.Port && SameHost(d.Host, tcp.Host))
                ?? Find(l => l is TcpDestination d && d.Port == tcp.Port);
            if (System.Net.IPAddress.TryParse(tcp.OriginatorHost, out System.Net.IPAddress? address) && tcp.OriginatorPort <= 65535)
            {
                source = new System.Net.IPEndPoint(address, (int)tcp.OriginatorPort);
            }
        }
        else if (opening.ChannelType == "forwarded-streamlocal@openssh.com"
            && ForwardedStreamlocalFields.TryDecode(opening.Fields.Span, out ForwardedStreamlocalFields unix, out _) == DecodeStatus.Ok)
        {
            listener = Find(l => l is UnixDestination d && d.Path == unix.Path);
        }
        else
        {
            return ValueTask.FromResult(ChannelVerdict.Refuse(ChannelOpenFailureReason.UnknownChannelType, "unknown channel type"));
        }

        if (listener is null) return ValueTask.FromResult(ChannelVerdict.Refuse(ChannelOpenFailureReason.AdministrativelyProhibited, "no such forward was asked for"));
        return ValueTask.FromResult(ChannelVerdict.Accept(channel =>
        {
            if (!listener.TryOffer(new Incoming(channel, listener.BoundAt, source, "ssh"))) channel.Abort(TunnelError.ResourceShortage);
            return Task.CompletedTask;
        }));
    }

    public async ValueTask<GlobalRequestReply> HandleRequestAsync(string name, ReadOnlyMemory<byte> fields, CancellationToken cancellationToken)
    {
        // Once: a server that tells them again and again gets no more work done here.
        if (name == "hostkeys-00@openssh.com" && HostKeysAnnounced is { } hear)
        {
            HostKeysAnnounced = null;
            await hear(_connection, fields, cancellationToken).ConfigureAwait(false);
        }

        return default;
    }

    public async ValueTask DisposeAsync()
    {
        RemoteListener[] all;
        lock (_lock) all = [.. _listeners];
        foreach (RemoteListener listener in all) await listener.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Takes the listener down at the server.</summary>
    internal async ValueTask CancelAsync(RemoteListener listener)
    {
        if (!Forget(listener) || _connection.CloseReason is not null) return;
        try
        {
            _ = listener.BoundAt switch
            {
                TcpDestination tcp => await _connection.RequestAsync("cancel-tcpip-forward", SshChannel.Encode(new TcpipForwardFields(tcp.Host, (uint)tcp.Port))).ConfigureAwait(false),
                UnixDestination unix => await _connection.RequestAsync("cancel-streamlocal-forward@openssh.com", SshChannel.Encode(new StreamlocalForwardFields(unix.Path))).ConfigureAwait(false),
                _ => default,
            };
        }
        catch (TunnelException)
        {
            // With the connection the listener is gone too.
        }
    }

    private void EndAll()
    {
        lock (_lock) _listeners.ForEach(l => l.End());
    }

    /// <summary>Servers tell the address they were asked for, or the one that they bound.</summary>
    private static bool SameHost(string asked, string told) => asked == told || asked is "" or "*" or "localhost";

    private RemoteListener? Find(Func<Destination, bool> matches)
    {
        lock (_lock) return _listeners.Find(l => matches(l.BoundAt));
    }

    private bool Forget(RemoteListener listener)
    {
        lock (_lock) return _listeners.Remove(listener);
    }
}
