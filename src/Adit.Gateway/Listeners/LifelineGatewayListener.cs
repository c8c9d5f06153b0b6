using System.Threading.Channels;
using Adit.Core;
using Adit.Core.Certificates;
using Adit.Core.Lifeline;
using Adit.Core.Mailboxes;
using Adit.Core.Streams;

namespace Adit.Gateway.Listeners;

/// <summary>All lifelines of a gateway, whatever they arrive by: each session comes once, as a stream, and may then move among the listeners of messages and of streams. One a gateway, since paths of one session find it in one place.</summary>
internal sealed class LifelineGatewayListener : IGatewayListener
{
    // Ours: sessions that wait to be let in.
    private const int MostWaiting = 256;

    private readonly Channel<Incoming> _accepted = Channel.CreateBounded<Incoming>(MostWaiting);
    private readonly List<(IMailboxListener Listener, string Scheme)> _mailboxes = [];

    /// <summary>Makes it; nothing listens yet.</summary>
    /// <param name="keys">The carrier keys of all listeners, as they are at the moment.</param>
    /// <param name="time">The clock.</param>
    public LifelineGatewayListener(Func<IReadOnlyList<CarrierKey>> keys, TimeProvider time) =>
        Acceptor = new LifelineAcceptor(new LifelineServerOptions { KeySource = keys }, Accept, time);

    /// <summary>Takes what arrives.</summary>
    public LifelineAcceptor Acceptor { get; }

    public Destination BoundAt { get; } = new TcpDestination("lifeline", 0);

    public IReadOnlyList<ListenUri> Places => [.. _mailboxes.SelectMany(m => m.Listener.Places.Select(p => new ListenUri(m.Scheme, "", 0) { Running = p }))];

    public Pin? Pin => null;

    /// <summary>Starts a listener of messages, which is owned from here on.</summary>
    public async Task StartAsync(IMailboxListener listener, string scheme, CancellationToken cancellationToken)
    {
        try
        {
            await listener.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await listener.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        _mailboxes.Add((listener, scheme));
    }

    public async ValueTask<Incoming?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _accepted.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_accepted.Reader.TryRead(out Incoming? incoming)) return incoming;
        }

        return null;
    }

    /// <summary>Takes no more sessions; those that are there go on, and so do their carriers.</summary>
    public ValueTask DisposeAsync()
    {
        _accepted.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    public async ValueTask ReleaseAsync()
    {
        await DisposeAsync().ConfigureAwait(false);
        await Acceptor.DisposeAsync().ConfigureAwait(false);
        foreach ((IMailboxListener listener, _) in _mailboxes) await listener.DisposeAsync().ConfigureAwait(false);
    }

    private void Accept(LifelineStream stream, string name)
    {
        var incoming = new Incoming(stream, BoundAt, stream.Source, $"lifeline by {name}") { CarrierKey = stream.KeyHint };
        if (_accepted.Writer.TryWrite(incoming)) return;
        stream.Abort(TunnelError.ResourceShortage);
        _ = stream.DisposeAsync().AsTask(); // nobody else would, and its paths would stay
    }
}
