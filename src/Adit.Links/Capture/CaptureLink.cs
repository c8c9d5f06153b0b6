using Adit.Core.Links;
using Adit.Wire.Pcapng;

namespace Adit.Links.Capture;

/// <summary>A link whose packets are recorded as they pass. Super-packets are recorded whole, and checksums that are still partial as they are, as tcpdump sees them on an interface with offloads. Owns the link that it wraps, not the recorder.</summary>
/// <param name="inner">The link.</param>
/// <param name="recorder">Records.</param>
public sealed class CaptureLink(ILink inner, PacketRecorder recorder) : ILink
{
    /// <inheritdoc/>
    public string Name => inner.Name;

    /// <inheritdoc/>
    public LinkProperties Properties => inner.Properties;

    /// <inheritdoc/>
    public LinkCounters Counters => inner.Counters;

    /// <summary>What packets of a medium begin with in a record.</summary>
    /// <param name="medium">Ethernet or IP.</param>
    public static PcapngLinkType LinkTypeOf(Medium medium) => medium == Medium.Ethernet ? PcapngLinkType.Ethernet : PcapngLinkType.Raw;

    /// <inheritdoc/>
    public int Receive(PacketBatch batch)
    {
        int count = inner.Receive(batch);
        if (count > 0) Record(batch, PcapngDirection.Inbound);
        return count;
    }

    /// <inheritdoc/>
    public void Send(PacketBatch batch)
    {
        Record(batch, PcapngDirection.Outbound);
        inner.Send(batch);
    }

    /// <inheritdoc/>
    public void Interrupt() => inner.Interrupt();

    /// <inheritdoc/>
    public void AnswerTo(IAnswerSink sender) => inner.AnswerTo(sender);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private void Record(PacketBatch batch, PcapngDirection direction)
    {
        ulong now = PacketRecorder.Now();
        foreach (ref readonly Packet packet in batch.Packets)
            if (packet.Dropped == DropReason.None) recorder.Record(default, batch.Octets(packet), direction, now);
    }
}
