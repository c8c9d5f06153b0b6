using System.Net;
using Adit.Core.Links;

namespace Adit.Gateway.Tunnels;

/// <summary>A link that takes only what comes from given addresses; the rest is dropped and counted as <see cref="DropReason.SpoofedSource"/>. What is sent passes. Owns the link that it wraps.</summary>
public sealed class SourceCheckLink : ILink
{
    private readonly ILink _inner;
    private readonly byte[]? _address4;
    private readonly byte[]? _address6;

    /// <summary>Wraps a link of IP packets.</summary>
    /// <param name="inner">The link; owned.</param>
    /// <param name="sources">The addresses, one of a family at most.</param>
    public SourceCheckLink(ILink inner, IEnumerable<IPAddress> sources)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(sources);
        if (inner.Properties.Medium != Medium.Ip) throw new ArgumentException($"{inner.Name}: expected a link of IP packets, got {inner.Properties.Medium}", nameof(inner));
        _inner = inner;
        foreach (byte[] address in sources.Select(a => a.GetAddressBytes()))
        {
            if (address.Length == 4) _address4 = address;
            else _address6 = address;
        }
    }

    /// <inheritdoc/>
    public string Name => _inner.Name;

    /// <inheritdoc/>
    public LinkProperties Properties => _inner.Properties;

    /// <inheritdoc/>
    public LinkCounters Counters => _inner.Counters;

    /// <inheritdoc/>
    public int Receive(PacketBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        while (_inner.Receive(batch) > 0)
        {
            foreach (ref Packet packet in batch.Packets)
            {
                ReadOnlySpan<byte> octets = batch.Octets(packet);
                bool isOwn = octets.Length >= 20 && octets[0] >> 4 == 4 ? octets.Slice(12, 4).SequenceEqual(_address4)
                    : octets.Length >= 40 && octets[0] >> 4 == 6 && octets.Slice(8, 16).SequenceEqual(_address6);
                if (!isOwn) packet.Drop(DropReason.SpoofedSource);
            }

            batch.RemoveDropped(Counters);
            if (batch.Count > 0) return batch.Count;
            batch.Clear();
        }

        return 0;
    }

    /// <inheritdoc/>
    public void Send(PacketBatch batch) => _inner.Send(batch);

    /// <inheritdoc/>
    public void Interrupt() => _inner.Interrupt();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _inner.DisposeAsync();
}
