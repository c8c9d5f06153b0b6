namespace Adit.Core.Streams;

/// <summary>Opens streams to destinations: TCP directly, or through a hop. A chain of hops is a fold of dialers.</summary>
public interface IStreamDialer
{
    /// <summary>Opens one stream. The caller owns it.</summary>
    /// <exception cref="TunnelException">The destination, or a hop before it, failed.</exception>
    ValueTask<DuplexStream> DialAsync(DialRequest request, CancellationToken cancellationToken = default);
}
