using Adit.Core;
using Adit.Core.Links;

namespace Adit.Gateway.Tunnels;

/// <summary>A link that leads through one link after another: a device stays while the session beneath is lost and made again. Without one, what is sent is dropped and nothing is received. Owns the one it leads through.</summary>
public sealed class SuccessiveLink : ILink
{
    private readonly object _gate = new();
    private ILink? _current;
    private bool _interrupted;

    /// <summary>Makes one that leads nowhere.</summary>
    /// <param name="name">For messages.</param>
    /// <param name="medium">What it carries.</param>
    public SuccessiveLink(string name, Medium medium)
    {
        Name = name;
        Properties = new LinkProperties { Medium = medium, TakesSegmentation = true };
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public LinkProperties Properties { get; }

    /// <inheritdoc/>
    public LinkCounters Counters { get; } = new();

    /// <summary>Leads through another link from now on, and closes the one before.</summary>
    /// <param name="next">A link of the same medium, which takes super-packets; owned from here on.</param>
    public async ValueTask LeadThroughAsync(ILink next)
    {
        ArgumentNullException.ThrowIfNull(next);
        if (next.Properties.Medium != Properties.Medium || !next.Properties.TakesSegmentation) throw new ArgumentException($"{Name}: expected a link of {Properties.Medium} with segmentation, got {next.Name}", nameof(next));
        ILink? before;
        lock (_gate)
        {
            (before, _current) = (_current, next);
            if (_interrupted) next.Interrupt();
            Monitor.PulseAll(_gate);
        }

        before?.Interrupt();
        if (before is not null) await before.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public int Receive(PacketBatch batch)
    {
        ILink? ended = null;
        while (true)
        {
            ILink current;
            lock (_gate)
            {
                while (!_interrupted && (_current is null || _current == ended)) Monitor.Wait(_gate);
                if (_interrupted) return 0;
                current = _current!;
            }

            try
            {
                if (current.Receive(batch) is var count and > 0) return count;
            }
            catch (TunnelException)
            {
                // The session is lost; the next one will do.
            }

            ended = current;
        }
    }

    /// <inheritdoc/>
    public void Send(PacketBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ILink? current;
        lock (_gate) current = _current;
        try
        {
            if (current is not null)
            {
                current.Send(batch);
                return;
            }
        }
        catch (TunnelException)
        {
            // As above; what was to be sent is lost with it.
        }

        Counters.Drop(DropReason.NoRemote, batch.Count);
    }

    /// <inheritdoc/>
    public void Interrupt()
    {
        lock (_gate)
        {
            _interrupted = true;
            _current?.Interrupt();
            Monitor.PulseAll(_gate);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Interrupt();
        if (_current is { } current) await current.DisposeAsync().ConfigureAwait(false);
    }
}
