using Adit.Core;

namespace Adit.Carriers.WebSocket;

/// <summary>
/// Octets both ways beneath the frames of a <see cref="WebSocketStream"/>: an upgraded connection, the bodies of an HTTP request and its response, an HTTP/2 stream.
/// One read and one write may be under way at once. Failures are <see cref="TunnelException"/>s or <see cref="IOException"/>s.
/// </summary>
public abstract class FrameTransport
{
    /// <summary>Reads what is there, waiting for the first octet; an empty buffer waits for one and takes none.</summary>
    /// <returns>Octets read; 0 at the orderly end of what the peer sends, or for an empty buffer.</returns>
    public abstract ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Room for the next octets to send, valid until <see cref="CommitAsync"/>. Called with no write under way.</summary>
    /// <param name="length">Octets needed.</param>
    public abstract Memory<byte> GetWriteBuffer(int length);

    /// <summary>Sends the first octets of the room that <see cref="GetWriteBuffer"/> gave, at once, and waits until they were taken.</summary>
    public abstract ValueTask CommitAsync(int length, CancellationToken cancellationToken);

    /// <summary>Ends what this side sends in the orderly way: the last chunk, the end of the stream. Nothing is sent afterwards.</summary>
    public abstract ValueTask EndAsync(CancellationToken cancellationToken);

    /// <summary>Ends both directions at once, as hard as the transport can. Operations under way fail.</summary>
    public abstract void Abort(TunnelError error);

    /// <summary>Lets go of what is held, once both directions have ended or nobody cares any more.</summary>
    public abstract void Close();
}
