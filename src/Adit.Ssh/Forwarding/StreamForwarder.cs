using Adit.Core;
using Adit.Core.Relay;
using Adit.Core.Streams;
using Microsoft.Extensions.Logging;

namespace Adit.Ssh.Forwarding;

/// <summary>Carries every stream of a listener to one target: <c>-L</c> with a listener here and a session as the dialer, <c>-R</c> the other way round.</summary>
public sealed class StreamForwarder : Forwarder
{
    private readonly IStreamDialer _dialer;

    /// <summary>Begins to forward.</summary>
    /// <param name="listener">Where streams come from; owned from here on.</param>
    /// <param name="dialer">What reaches the target; not owned.</param>
    /// <param name="target">The target, whose name is resolved by the far end of the dialer.</param>
    /// <param name="logger">Hears of targets that were not reached (Information) and of connections (Debug); null for nobody.</param>
    public StreamForwarder(IStreamListener listener, IStreamDialer dialer, Destination target, ILogger? logger = null)
        : base(listener, logger)
    {
        ArgumentNullException.ThrowIfNull(dialer);
        ArgumentNullException.ThrowIfNull(target);
        _dialer = dialer;
        Target = target;
        Start();
    }

    /// <summary>What is dialled for each stream.</summary>
    public Destination Target { get; }

    private protected override Task<RelayResult> RelayAsync(Incoming incoming, CancellationToken cancellationToken) =>
        _dialer is IRelayDialer relaying && incoming.Stream is IReadyStream
            ? relaying.DialAndRelayAsync(new DialRequest(Target, incoming.Source), incoming.Stream, cancellationToken)
            : base.RelayAsync(incoming, cancellationToken);

    private protected override async ValueTask<DuplexStream?> OpenAsync(Incoming incoming, CancellationToken cancellationToken) =>
        await _dialer.DialAsync(new DialRequest(Target, incoming.Source), cancellationToken).ConfigureAwait(false);
}
