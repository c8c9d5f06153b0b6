using Adit.Core.Streams;
using Adit.Ssh.Channels;

namespace Adit.Cli.Tour;

/// <summary>An open tunnel: a stream that leads to an echo, and what carries it.</summary>
/// <param name="Stream">The near end, as an application would hold it.</param>
/// <param name="Carrier">The outermost connection, whose octets on the wire are counted.</param>
/// <param name="Owned">What is closed with it, in order.</param>
internal sealed record TourTunnel(DuplexStream Stream, SshConnection Carrier, params IAsyncDisposable[] Owned) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync().ConfigureAwait(false);
        foreach (IAsyncDisposable owned in Owned) await owned.DisposeAsync().ConfigureAwait(false);
    }
}
