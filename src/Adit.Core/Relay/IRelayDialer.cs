using Adit.Core.Streams;

namespace Adit.Core.Relay;

/// <summary>A dialer that can join a stream with what it dials at once, without a word in between to whoever asked.</summary>
public interface IRelayDialer : IStreamDialer
{
    /// <summary>Dials, and relays as <see cref="StreamRelay.RunAsync"/> does with <paramref name="local"/> first.</summary>
    /// <param name="request">Where to.</param>
    /// <param name="local">A stream over a descriptor (<see cref="IReadyStream"/>); disposed when the relay ends, untouched when the dial fails.</param>
    /// <param name="cancellationToken">Gives up dialling; a relay that runs goes on.</param>
    /// <exception cref="TunnelException">The dial failed.</exception>
    Task<RelayResult> DialAndRelayAsync(DialRequest request, DuplexStream local, CancellationToken cancellationToken = default);
}
