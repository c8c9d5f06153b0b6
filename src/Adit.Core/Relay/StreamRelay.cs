using Adit.Core.Streams;

namespace Adit.Core.Relay;

/// <summary>Joins two streams. A half-close on one side is a half-close on the other; a failure of one aborts the other.</summary>
public static class StreamRelay
{
    /// <summary>Relays until both directions have ended or one side failed, then disposes both streams.</summary>
    public static async Task<RelayResult> RunAsync(DuplexStream first, DuplexStream second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first is IRelayEndpoint a && second is IReadyStream) return await a.RelayAsync(second).ConfigureAwait(false);
        if (second is IRelayEndpoint b && first is IReadyStream)
        {
            return (await b.RelayAsync(first).ConfigureAwait(false)).Mirrored();
        }

        var there = new CopyDirection(first, second);
        var back = new CopyDirection(second, first);
        Task moving = there.RunAsync();
        Task movingBack = back.RunAsync();
        CopyDirection earlier = await Task.WhenAny(moving, movingBack).ConfigureAwait(false) == moving ? there : back;
        if (earlier.Error is not null)
        {
            first.Abort(TunnelError.Reset);
            second.Abort(TunnelError.Reset);
        }

        await moving.ConfigureAwait(false);
        await movingBack.ConfigureAwait(false);
        CopyDirection? failed = earlier.Error is not null ? earlier : there.Error is not null ? there : back.Error is not null ? back : null;
        if (failed is not null)
        {
            first.Abort(TunnelError.Reset);
            second.Abort(TunnelError.Reset);
        }

        await first.DisposeAsync().ConfigureAwait(false);
        await second.DisposeAsync().ConfigureAwait(false);
        if (failed is null) return new RelayResult(there.Octets, back.Octets);
        RelaySide side = failed.ReaderFailed == (failed == there) ? RelaySide.First : RelaySide.Second;
        return new RelayResult(there.Octets, back.Octets, side, failed.Error);
    }
}
