namespace Adit.Core.Links;

/// <summary>
/// Packets of bounded size, perhaps lost, reordered or doubled. A link blocks: each direction belongs to one thread at a time (<see cref="LinkPump"/>), and both may be used at once.
/// A link that wraps another owns it.
/// </summary>
public interface ILink : IAsyncDisposable
{
    /// <summary>For messages and reports: the device, or the protocol and the peer.</summary>
    string Name { get; }

    /// <summary>What it carries.</summary>
    LinkProperties Properties { get; }

    /// <summary>What it did so far.</summary>
    LinkCounters Counters { get; }

    /// <summary>Waits for packets and adds them to a batch, which the caller has cleared.</summary>
    /// <param name="batch">Takes the packets, as many as are there and fit.</param>
    /// <returns>Packets added; 0 once the link was interrupted or its end has come. A link that dropped all it received waits on.</returns>
    /// <exception cref="TunnelException">The link is broken for good.</exception>
    int Receive(PacketBatch batch);

    /// <summary>Sends the packets of a batch; what cannot be sent is dropped and counted. The packets' octets and metadata may be changed, and packets removed.</summary>
    /// <param name="batch">The packets.</param>
    /// <exception cref="TunnelException">The link is broken for good.</exception>
    void Send(PacketBatch batch);

    /// <summary>Makes a <see cref="Receive"/> that waits, and every later one, return 0. From any thread.</summary>
    void Interrupt();

    /// <summary>Tells where answers go to what was sent here: a tunnel tells the sender of a packet that is too big (ICMP). A link that never answers does nothing, one that wraps another tells it.</summary>
    /// <param name="sender">Takes them: the link that packets sent here come from, as a <see cref="SharedSendLink"/>. Not owned.</param>
    void AnswerTo(IAnswerSink sender)
    {
    }
}
