namespace Adit.Core.Links;

/// <summary>Takes answers to what was sent over a link, for the sender: a tunnel's ICMP errors.</summary>
public interface IAnswerSink
{
    /// <summary>Passes answers on, from any thread and without waiting for another; more than can be kept meanwhile are dropped.</summary>
    /// <param name="answers">Plain packets of the link's medium. They are done with when this returns.</param>
    void Answer(PacketBatch answers);
}
