using System.Threading.Channels;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Ssh.KeyExchange;
using Adit.Ssh.Transport;
using Adit.Wire;
using Adit.Wire.Ssh;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Adit.Ssh.Channels;

/// <summary>One SSH connection: a transport, one authenticated peer, many channels. Both roles use it; a client or a server drives its start.</summary>
public sealed partial class SshConnection : ITransportHandler, IAsyncDisposable
{
    /// <summary>Ours: authentication messages that wait for their turn; a peer that sends more without waiting for answers is cut off.</summary>
    private const int PendingAuthentication = 16;

    private readonly SshTransport _transport;
    private readonly bool _isClient;
    private SshConnectionLimits _limits;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Channel<byte[]> _authentication = Channel.CreateBounded<byte[]>(PendingAuthentication);
    private readonly CancellationTokenSource _over = new();
    private volatile bool _authenticated;
    private Exception? _reason;

    internal SshConnection(
        DuplexStream stream,
        bool isClient,
        SshTransportOptions options,
        SshConnectionLimits limits,
        ITransportIdentity identity,
        ILogger? logger = null,
        TimeProvider? time = null)
    {
        _isClient = isClient;
        _limits = limits;
        _logger = logger ?? NullLogger.Instance;
        _time = time ?? TimeProvider.System;
        RoundTrip = new RoundTripTime(_time);
        _windowBudget = limits.WindowBudget;
        _incomingRequests = Channel.CreateBounded<GlobalRequestMessage>(limits.PendingRequests);
        _transport = new SshTransport(stream, isClient, options, identity, this, logger, time);
    }

    /// <summary>Cancelled when the connection is over.</summary>
    public CancellationToken Over => _over.Token;

    /// <summary>Completes when the connection is over and its stream closed; never faults: see <see cref="CloseReason"/>.</summary>
    public Task Closed => _transport.Closed;

    /// <summary>Why the connection ended; null while it lives.</summary>
    public Exception? CloseReason => _reason;

    /// <summary>The peer's softwareversion, such as <c>OpenSSH_9.2p1</c>.</summary>
    public string PeerSoftwareVersion => _transport.PeerIdentification.SoftwareVersion;

    /// <summary>The algorithms in use.</summary>
    public NegotiatedAlgorithms Algorithms => _transport.Negotiated;

    /// <summary>Octets on the wire so far, out and in.</summary>
    public (long Sent, long Received) Octets => _transport.Octets;

    /// <summary>What this side does for its peer; set before authentication ends. Null refuses everything.</summary>
    public IConnectionService? Service { get; set; }

    internal SshTransport Transport => _transport;

    /// <summary>What the path costs there and back.</summary>
    internal RoundTripTime RoundTrip { get; }

    /// <summary>Exchanges keys anew, now.</summary>
    public void Rekey() => _transport.StartKeyExchange();

    /// <summary>Says goodbye and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        _transport.Disconnect(DisconnectReason.ByApplication, "disconnected by user");
        await _transport.Closed.ConfigureAwait(false);
        _keepAlive?.Dispose();
    }

    /// <summary>Closes without a word: the peer sees a reset.</summary>
    public void Abort() => _transport.Stop();

    internal void Disconnect(DisconnectReason reason, string text, Exception? cause = null) => _transport.Disconnect(reason, text, cause);

    internal void Send<T>(in T message)
        where T : ISshMessage<T> => _transport.Send(message);

    /// <summary>The next authentication message of the peer.</summary>
    /// <exception cref="TunnelException">The connection ended.</exception>
    internal async ValueTask<byte[]> ReadAuthenticationAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _authentication.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException e) when (e.InnerException is { } reason)
        {
            throw Rewrap(reason);
        }
    }

    /// <summary>What a user's rules change, before authentication ends.</summary>
    internal void Apply(Server.LoginRules rules)
    {
        if (rules.KeepAliveInterval is { } interval) _limits = _limits with { KeepAliveInterval = interval, KeepAliveCountMax = rules.KeepAliveCountMax };
        _transport.ChangeRekeying(rules.RekeyOctets, rules.RekeyInterval);
    }

    /// <summary>Authentication is over: channels and requests may come and go.</summary>
    internal void EndAuthentication()
    {
        _authenticated = true;
        _transport.EndAuthentication();
        _ = AnswerRequestsAsync();
        StartKeepAlive();
    }

    void ITransportHandler.OnMessage(MessageNumber number, ReadOnlySpan<byte> payload)
    {
        if (!_authenticated || number < MessageNumber.GlobalRequest)
        {
            OnAuthenticationMessage(number, payload);
            return;
        }

        switch (number)
        {
            case MessageNumber.ChannelData:
                OnChannelData(payload);
                break;
            case MessageNumber.ChannelWindowAdjust:
                OnWindowAdjust(payload);
                break;
            case MessageNumber.GlobalRequest:
                OnGlobalRequest(Decode<GlobalRequestMessage>(payload));
                break;
            case MessageNumber.RequestSuccess:
                OnRequestAnswer(new GlobalRequestReply(true, Decode<RequestSuccessMessage>(payload).Fields));
                break;
            case MessageNumber.RequestFailure:
                OnRequestAnswer(new GlobalRequestReply(false));
                break;
            default:
                HandOnGathered();
                OnChannelMessage(number, payload);
                break;
        }
    }

    void ITransportHandler.OnBatchEnd()
    {
        HandOnGathered();
        HandOverPackets();
    }

    void ITransportHandler.OnClosed(Exception reason)
    {
        _reason = reason;
        _authentication.Writer.TryComplete(reason);
        _incomingRequests.Writer.TryComplete(reason);
        _keepAlive?.Dispose();
        FailRequests(reason);
        LoseChannels(reason);
        _over.Cancel();
    }

    private static TunnelException Rewrap(Exception reason) => reason is TunnelException t
        ? new TunnelException(t.Error, t.Message, t.Hop, t)
        : new TunnelException(TunnelError.ConnectionLost, $"ssh: connection: {reason.Message}", null, reason);

    private static T Decode<T>(ReadOnlySpan<byte> payload)
        where T : ISshMessage<T> =>
        T.TryDecode(payload, out T message, out _) is var status && status == DecodeStatus.Ok
            ? message
            : throw new TunnelException(TunnelError.ProtocolViolation, $"ssh: message {(int)T.Number}: expected a well-formed one, got {status}");

    private void OnAuthenticationMessage(MessageNumber number, ReadOnlySpan<byte> payload)
    {
        bool authentication = number is MessageNumber.ServiceRequest or MessageNumber.ServiceAccept
            or (>= MessageNumber.UserauthRequest and < MessageNumber.GlobalRequest);
        if (!authentication)
        {
            if (_authenticated)
            {
                // RFC 4253 §11.4: not known is not an error.
                Send(new UnimplementedMessage(_transport.LastSequence));
                return;
            }

            throw new TunnelException(TunnelError.ProtocolViolation, $"ssh: authentication: expected its messages only, got {(int)number}");
        }

        // RFC 4252 §5.1: requests after success are ignored.
        if (_authenticated) return;
        // At once, on the receive loop: the server's next packet may be long, compressed, or a request.
        if (_isClient && number == MessageNumber.UserauthSuccess) EndAuthentication();
        if (!_authentication.Writer.TryWrite(payload.ToArray()))
        {
            throw new TunnelException(TunnelError.ProtocolViolation, $"ssh: authentication: expected the peer to wait for answers, got more than {PendingAuthentication} messages");
        }
    }
}
