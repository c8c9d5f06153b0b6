using System.Net;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Wire.Socks;
using Microsoft.Extensions.Logging;

namespace Adit.Ssh.Forwarding;

/// <summary>
/// Serves SOCKS4, 4a and 5 (CONNECT) on a listener and carries each stream to the target that its client names, resolved by the far end of the
/// dialer: <c>-D</c> with a listener here, remote dynamic forwarding (<c>-R port</c>) with one at the server. The client hears whether its target
/// was reached.
/// </summary>
public sealed partial class DynamicForwarder : Forwarder
{
    /// <summary>Ours: how long a client may take to say what it wants.</summary>
    public static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Ours: more than a whole handshake of any version (SOCKS4a with two texts of 255) and some early payload.</summary>
    private const int BufferLength = 2048;

    private readonly IStreamDialer _dialer;
    private readonly Func<TcpDestination, bool>? _permits;
    private readonly TimeProvider _time;

    /// <summary>Begins to serve.</summary>
    /// <param name="listener">Where clients come from; owned from here on.</param>
    /// <param name="dialer">What reaches their targets; not owned.</param>
    /// <param name="permits">Whether a target may be reached; null permits all.</param>
    /// <param name="logger">Hears of targets that were not reached (Information) and of connections (Debug); null for nobody.</param>
    /// <param name="time">The clock of the handshake's deadline; null for the system's.</param>
    public DynamicForwarder(IStreamListener listener, IStreamDialer dialer, Func<TcpDestination, bool>? permits = null, ILogger? logger = null, TimeProvider? time = null)
        : base(listener, logger)
    {
        ArgumentNullException.ThrowIfNull(dialer);
        _dialer = dialer;
        _permits = permits;
        _time = time ?? TimeProvider.System;
        Start();
    }

    private protected override async ValueTask<DuplexStream?> OpenAsync(Incoming incoming, CancellationToken cancellationToken)
    {
        var handshake = new SocksServerHandshake();
        byte[]? early = await ReadRequestAsync(handshake, incoming.Stream, cancellationToken).ConfigureAwait(false);
        if (early is null) return null;
        SocksRequest request = handshake.Request;
        DuplexStream target;
        try
        {
            if (request.Command != SocksCommand.Connect) throw new TunnelException(TunnelError.NotSupported, $"socks: {request.Command}: expected CONNECT");
            var to = new TcpDestination(request.Host, request.Port);
            if (_permits is not null && !_permits(to)) throw new TunnelException(TunnelError.PermissionDenied, $"socks: {to}: not permitted");
            target = await _dialer.DialAsync(new DialRequest(to, incoming.Source), cancellationToken).ConfigureAwait(false);
        }
        catch (TunnelException e)
        {
            LogRefused(Logger, e.Message);
            handshake.Reply(ReplyOf(e.Error));
            await incoming.Stream.WriteAsync(handshake.TakeOutput(), cancellationToken).ConfigureAwait(false);
            await incoming.Stream.CompleteWritesAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }

        try
        {
            handshake.Reply(SocksReply.Succeeded, new IPEndPoint(IPAddress.Any, 0));
            await incoming.Stream.WriteAsync(handshake.TakeOutput(), cancellationToken).ConfigureAwait(false);
            // What the client sent right behind its request.
            if (early.Length > 0) await target.WriteAsync(early, cancellationToken).ConfigureAwait(false);
            return target;
        }
        catch
        {
            target.Abort(TunnelError.Closed);
            throw;
        }
    }

    /// <summary>Reads up to the request.</summary>
    /// <returns>The octets that came behind it; null when the client cannot be served.</returns>
    private async ValueTask<byte[]?> ReadRequestAsync(SocksServerHandshake handshake, DuplexStream stream, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(HandshakeTimeout, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        byte[] buffer = new byte[BufferLength];
        try
        {
            while (true)
            {
                int count = await stream.ReadAsync(buffer, limit.Token).ConfigureAwait(false);
                if (count == 0) return null;
                SocksServerEvent found = handshake.Receive(buffer.AsSpan(0, count), out int consumed);
                byte[] output = handshake.TakeOutput();
                if (output.Length > 0) await stream.WriteAsync(output, limit.Token).ConfigureAwait(false);
                if (found == SocksServerEvent.Request) return buffer[consumed..count];
                if (found != SocksServerEvent.Failed) continue;
                LogMalformed(Logger, handshake.FailureReason);
                await stream.CompleteWritesAsync(limit.Token).ConfigureAwait(false);
                return null;
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            LogMalformed(Logger, $"request: expected one within {HandshakeTimeout.TotalSeconds:0} s, got none");
            return null;
        }
    }

    private static SocksReply ReplyOf(TunnelError error) => error switch
    {
        TunnelError.ConnectionRefused => SocksReply.ConnectionRefused,
        TunnelError.NameNotResolved or TunnelError.NameNotResolvedAtPeer => SocksReply.HostUnreachable,
        TunnelError.Unreachable => SocksReply.NetworkUnreachable,
        TunnelError.TimedOut => SocksReply.TtlExpired,
        TunnelError.PermissionDenied => SocksReply.NotAllowed,
        TunnelError.NotSupported => SocksReply.CommandNotSupported,
        _ => SocksReply.GeneralFailure,
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "{Reason}")]
    private static partial void LogRefused(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "socks: {Reason}")]
    private static partial void LogMalformed(ILogger logger, string reason);
}
