using Adit.Platform.EventLoops;

namespace Adit.Core.Streams;

/// <summary>Moving octets from socket to socket within the kernel (splice(2)).</summary>
public sealed partial class SocketStream
{
    private const int NotSupportedThere = 22; // EINVAL: splice(2) does not know this kind of socket

    /// <summary>Moves what is there into an empty pipe.</summary>
    /// <param name="pipe">The pipe.</param>
    /// <param name="count">Octets moved; 0 with <see langword="true"/> is the end of the stream.</param>
    /// <returns>False when there is nothing now.</returns>
    /// <exception cref="TunnelException">The stream failed.</exception>
    internal bool TrySpliceTo(SplicePipe pipe, out int count)
    {
        int error;
        while ((error = _socket.SpliceTo(pipe, out count)) == LoopSocket.Interrupted)
        {
        }

        // However much came, only the next call tells whether there is more.
        _mayHaveMore = error == 0;
        if (error == 0 && count == 0) ThrowIfReset();
        if (error == 0) return true;
        if (error == LoopSocket.TryAgain) return false;
        throw error == NotSupportedThere ? new NotSupportedException("splice: expected a socket that it knows") : Failed("read", error);
    }

    /// <summary>Writes all that a pipe holds.</summary>
    /// <param name="pipe">The pipe.</param>
    /// <exception cref="TunnelException">The stream failed.</exception>
    internal async ValueTask SpliceFromAsync(SplicePipe pipe)
    {
        while (pipe.Held > 0)
        {
            Volatile.Write(ref _isSending, true);
            int error = _socket.SpliceFrom(pipe, out _);
            Sent(error);
            if (error == LoopSocket.TryAgain) await _socket.WaitWritableAsync().ConfigureAwait(false);
            else if (error is not (0 or LoopSocket.Interrupted)) throw Failed("write", error);
        }
    }
}
