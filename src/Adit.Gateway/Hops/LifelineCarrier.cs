using Adit.Core;
using Adit.Core.Lifeline;
using Adit.Core.Mailboxes;
using Adit.Core.Streams;
using Adit.Gateway.Status;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Hops;

/// <summary>A hop of lifelines: each dial is a session of its own with the gateway, over one carrier or, for <c>auto:</c>, the best of several; whatever is dialled through it.</summary>
/// <param name="dialers">The carriers, the best first.</param>
/// <param name="key">The carrier key; null for none.</param>
/// <param name="logger">Told when carriers are lost and changed; null for nobody.</param>
internal sealed partial class LifelineCarrier(IReadOnlyList<IMailboxDialer> dialers, CarrierKey? key, ILogger? logger) : IStreamDialer, IDescribedHop
{
    private readonly Lock _gate = new();
    private LifelineKeeper? _last;
    private LifelineStream? _stream;
    private DateTimeOffset _since;

    /// <inheritdoc/>
    public async ValueTask<DuplexStream> DialAsync(DialRequest request, CancellationToken cancellationToken = default)
    {
        var keeper = new LifelineKeeper(dialers, key);
        keeper.Moved += OnMoved;
        keeper.Lost += OnLost;
        LifelineStream stream = await keeper.ConnectAsync(cancellationToken).ConfigureAwait(false);
        lock (_gate) (_last, _stream, _since) = (keeper, stream, DateTimeOffset.UtcNow);
        return stream;
    }

    /// <inheritdoc/>
    public HopStatus Describe(HopStatus status)
    {
        LifelineKeeper? keeper;
        LifelineStream? stream;
        lock (_gate) (keeper, stream) = (_last, _stream);
        if (keeper is null || stream is null) return status;
        return status with
        {
            State = stream.Ended.IsCompleted ? "lost" : "connected",
            Since = _since,
            Moves = keeper.Moves,
            Carriers = [.. keeper.Routes.Select(r => new CarrierStatus
            {
                Carrier = r.Name,
                State = r.State switch
                {
                    LifelineRouteState.Active => "active",
                    LifelineRouteState.Warm => "warm",
                    LifelineRouteState.Opening => "opening",
                    LifelineRouteState.Down => "down",
                    _ => "idle",
                },
                RoundTripMilliseconds = r.RoundTrip?.TotalMilliseconds,
                Problem = r.Problem,
            })],
        };
    }

    private void OnMoved(string to, string? from)
    {
        if (logger is null) return;
        if (from is null) LogUses(logger, to);
        else LogMoved(logger, from, to);
    }

    private void OnLost(string name, string why)
    {
        if (logger is not null) LogLost(logger, name, why.StartsWith($"{name}: ", StringComparison.Ordinal) ? why[(name.Length + 2)..] : why);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "lifeline: by {Carrier}.")]
    private static partial void LogUses(ILogger logger, string carrier);

    [LoggerMessage(Level = LogLevel.Information, Message = "lifeline: moved from {From} to {To}.")]
    private static partial void LogMoved(ILogger logger, string from, string to);

    [LoggerMessage(Level = LogLevel.Debug, Message = "lifeline: {Carrier} is not there: {Why}")]
    private static partial void LogLost(ILogger logger, string carrier, string why);
}
