namespace Adit.Core.Streams;

/// <summary>A bound listener. Disposing it releases the address; accepted streams go on.</summary>
public interface IStreamListener : IAsyncDisposable
{
    /// <summary>Where it stands, with the port the system chose where 0 was asked for.</summary>
    Destination BoundAt { get; }

    /// <summary>Waits for the next stream, which the caller owns; null once the listener has stopped.</summary>
    ValueTask<Incoming?> AcceptAsync(CancellationToken cancellationToken = default);
}
