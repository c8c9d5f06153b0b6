namespace Adit.Core.Links;

/// <summary>A link whose <see cref="Send"/> takes calls from any thread, one at a time. Owns the link.</summary>
public sealed class SharedSendLink : ILink
{
    private readonly ILink _link;
    private readonly Lock _gate = new();

    /// <summary>Wraps a link.</summary>
    /// <param name="link">Owned from here on.</param>
    public SharedSendLink(ILink link)
    {
        ArgumentNullException.ThrowIfNull(link);
        _link = link;
    }

    /// <inheritdoc/>
    public string Name => _link.Name;

    /// <inheritdoc/>
    public LinkProperties Properties => _link.Properties;

    /// <inheritdoc/>
    public LinkCounters Counters => _link.Counters;

    /// <inheritdoc/>
    public int Receive(PacketBatch batch) => _link.Receive(batch);

    /// <inheritdoc/>
    public void Send(PacketBatch batch)
    {
        lock (_gate) _link.Send(batch);
    }

    /// <inheritdoc/>
    public void Interrupt() => _link.Interrupt();

    /// <inheritdoc/>
    public void AnswerTo(ILink sender) => _link.AnswerTo(sender);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _link.DisposeAsync();
}
