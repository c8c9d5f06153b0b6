using System.Threading.Channels;
using Adit.Core;
using Adit.Core.Streams;

namespace Adit.Ssh.Client;

/// <summary>A listener at the server.</summary>
internal sealed class RemoteListener(RemoteListeners owner, Destination boundAt) : IStreamListener
{
    /// <summary>Ours: streams that wait to be accepted here; more are refused. Like the backlog of listen(2).</summary>
    private const int Backlog = 512;

    private readonly Channel<Incoming> _incoming = Channel.CreateBounded<Incoming>(Backlog);

    public Destination BoundAt { get; set; } = boundAt;

    public async ValueTask<Incoming?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _incoming.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false) && _incoming.Reader.TryRead(out Incoming? next) ? next : null;

    public async ValueTask DisposeAsync()
    {
        _incoming.Writer.TryComplete();
        await owner.CancelAsync(this).ConfigureAwait(false);
        while (_incoming.Reader.TryRead(out Incoming? late)) await late.Stream.DisposeAsync().ConfigureAwait(false);
    }

    internal bool TryOffer(Incoming incoming) => _incoming.Writer.TryWrite(incoming);

    /// <summary>The session is over: nothing more will come.</summary>
    internal void End() => _incoming.Writer.TryComplete();
}
