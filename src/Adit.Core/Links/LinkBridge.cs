namespace Adit.Core.Links;

/// <summary>Two links of one medium joined as if by a cable: two <see cref="LinkPump"/>s. Owns both links.</summary>
public sealed class LinkBridge : IAsyncDisposable
{
    private readonly IReadOnlyList<ILink> _queues;
    private readonly LinkPump[] _outward;
    private readonly LinkPump _inward;
    private int _disposed;

    private LinkBridge(ILink near, ILink far, IReadOnlyList<ILink> queues)
    {
        // Answers (ICMP) come from the other direction's thread.
        SharedSendLink sharedNear = new(near), sharedFar = new(far);
        sharedFar.AnswerTo(sharedNear);
        sharedNear.AnswerTo(sharedFar);
        (near, far) = (sharedNear, sharedFar);
        (Near, Far, _queues) = (near, far, queues);
        _outward = [LinkPump.Start(near, far), .. queues.Select(q => LinkPump.Start(q, far))];
        _inward = LinkPump.Start(far, near);
        Ended = EndAsync();
    }

    /// <summary>One link: usually the device.</summary>
    public ILink Near { get; }

    /// <summary>The other: usually the tunnel.</summary>
    public ILink Far { get; }

    /// <summary>Completes once either direction has ended; fails with what broke a link.</summary>
    public Task Ended { get; }

    /// <summary>Joins two links.</summary>
    /// <param name="near">One; owned from here on.</param>
    /// <param name="far">The other; owned from here on.</param>
    /// <param name="queues">More queues of <paramref name="near"/> to receive from, each by a thread of its own; owned from here on.</param>
    /// <exception cref="ArgumentException">They carry different media.</exception>
    public static LinkBridge Start(ILink near, ILink far, params IReadOnlyList<ILink> queues) => new(near, far, queues);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        foreach (ILink each in (ReadOnlySpan<ILink>)[Near, Far, .. _queues]) each.Interrupt();
        // What broke a link is told by Ended, not here.
        await ((Task)Task.WhenAll([_inward.Ended, .. _outward.Select(p => p.Ended)])).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (ILink each in _queues) await each.DisposeAsync().ConfigureAwait(false);
        await Near.DisposeAsync().ConfigureAwait(false);
        await Far.DisposeAsync().ConfigureAwait(false);
    }

    private async Task EndAsync()
    {
        await (await Task.WhenAny([_inward.Ended, .. _outward.Select(p => p.Ended)]).ConfigureAwait(false)).ConfigureAwait(false);
    }
}
