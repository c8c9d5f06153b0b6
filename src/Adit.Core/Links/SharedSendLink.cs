namespace Adit.Core.Links;

/// <summary>A link whose <see cref="Send"/> takes calls from any thread, one at a time, and that takes answers from the threads of the other direction. Owns the link.</summary>
/// <remarks>
/// Theory of operation: an answer never waits for the lock, since its thread may hold the lock of another link, whose thread may want this one. Where the lock is taken, answers are put aside, and
/// whoever holds it sends them before it goes, or, had it just gone, whoever put them aside does.
/// </remarks>
public sealed class SharedSendLink : ILink, IAnswerSink
{
    /// <summary>Ours: answers put aside at most; as many as a tunnel gives at once.</summary>
    private const int MostAside = 32;

    private readonly ILink _link;
    private readonly Lock _gate = new();
    private readonly Lock _asideGate = new();
    private PacketBatch? _aside;
    private PacketBatch? _leaving;
    private int _waiting;

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
        SendAside();
    }

    /// <inheritdoc/>
    public void Answer(PacketBatch answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        lock (_asideGate)
        {
            _aside ??= new PacketBatch(MostAside, MostAside);
            foreach (ref readonly Packet packet in answers.Packets)
            {
                if (_aside.Add(answers.Octets(packet))) _aside[_aside.Count - 1].NetworkStart = _aside[_aside.Count - 1].Offset + packet.NetworkStart - packet.Offset;
                else Counters.Drop(DropReason.NoRoom);
            }

            Volatile.Write(ref _waiting, _aside.Count);
        }

        SendAside();
    }

    /// <inheritdoc/>
    public void Interrupt() => _link.Interrupt();

    /// <inheritdoc/>
    public void AnswerTo(IAnswerSink sender) => _link.AnswerTo(sender);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _link.DisposeAsync();

    private void SendAside()
    {
        // Whoever finds the lock taken may go: its holder looks again after it.
        while (Volatile.Read(ref _waiting) > 0 && !_gate.IsHeldByCurrentThread && _gate.TryEnter())
        {
            try
            {
                lock (_asideGate)
                {
                    (_aside, _leaving) = (_leaving, _aside);
                    Volatile.Write(ref _waiting, 0);
                }

                if (_leaving is null) continue;
                _link.Send(_leaving);
                _leaving.Clear();
            }
            finally
            {
                _gate.Exit();
            }
        }
    }
}
