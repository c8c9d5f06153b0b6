namespace Adit.Core.Links;

/// <summary>Moves packets from one link to another on a thread of its own, until the source is interrupted or either breaks. Owns neither.</summary>
public sealed class LinkPump
{
    private readonly ILink _from;
    private readonly ILink _to;
    private readonly PacketBatch _batch;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LinkPump(ILink from, ILink to, PacketBatch batch) => (_from, _to, _batch) = (from, to, batch);

    /// <summary>Completes when the pump has stopped; fails with what broke a link.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Starts one.</summary>
    /// <param name="from">Packets are received here.</param>
    /// <param name="to">And sent here.</param>
    /// <param name="batch">The batch they move in; null for one of the usual size.</param>
    public static LinkPump Start(ILink from, ILink to, PacketBatch? batch = null)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        if (from.Properties.Medium != to.Properties.Medium)
            throw new ArgumentException($"link: {from.Name} to {to.Name}: expected the same medium, got {from.Properties.Medium} and {to.Properties.Medium}", nameof(to));
        var pump = new LinkPump(from, to, batch ?? new PacketBatch());
        new Thread(pump.Run) { IsBackground = true, Name = $"{from.Name} > {to.Name}" }.Start();
        return pump;
    }

    private void Run()
    {
        try
        {
            var segmenter = _to.Properties.TakesSegmentation ? null : new PacketSegmenter();
            PacketBatch? plain = segmenter is null ? null : new PacketBatch(PacketSegmenter.MaximumSegments);
            while (true)
            {
                _batch.Clear();
                if (_from.Receive(_batch) == 0) break;
                if (segmenter is null) _to.Send(_batch);
                else SendPlain(segmenter, plain!);
            }

            _ended.TrySetResult();
        }
        catch (Exception e)
        {
            // The thread is the last to hear of it: whoever awaits Ended does.
            _ended.TrySetException(e);
        }
    }

    private void SendPlain(PacketSegmenter segmenter, PacketBatch plain)
    {
        bool isPlain = true;
        foreach (ref readonly Packet packet in _batch.Packets) isPlain &= packet.IsPlain;
        if (isPlain)
        {
            _to.Send(_batch);
            return;
        }

        for (int at = 0; at < _batch.Count;)
        {
            plain.Clear();
            int next = segmenter.Expand(_batch, at, plain);
            if (next == at) break;
            at = next;
            if (plain.Count > 0) _to.Send(plain);
        }

        foreach (ref readonly Packet packet in _batch.Packets)
        {
            if (packet.Dropped != DropReason.None) _to.Counters.Drop(packet.Dropped);
        }
    }
}
