using Adit.Core.Streams;
using Adit.Ssh.Channels;

namespace Adit.Cli.Tour;

/// <summary>An open tunnel: a stream that leads to an echo, and what carries it.</summary>
/// <param name="Stream">The near end, as an application would hold it.</param>
/// <param name="Octets">What the outermost connection sent and received so far.</param>
/// <param name="Protection">The cipher, or "no".</param>
/// <param name="Owned">What is closed with it, in order.</param>
internal sealed record TourTunnel(DuplexStream Stream, Func<(long Sent, long Received)> Octets, string Protection, params IAsyncDisposable[] Owned) : IAsyncDisposable
{
    /// <summary>A tunnel within an SSH connection that is the outermost.</summary>
    public TourTunnel(DuplexStream stream, SshConnection carrier, params IAsyncDisposable[] owned)
        : this(stream, () => carrier.Octets, CipherOf(carrier), owned)
    {
    }

    /// <summary>The cipher of an SSH connection, without its vendor.</summary>
    public static string CipherOf(SshConnection connection) => connection.Algorithms.CipherClientToServer.Split('@')[0];

    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync().ConfigureAwait(false);
        foreach (IAsyncDisposable owned in Owned) await owned.DisposeAsync().ConfigureAwait(false);
    }
}
