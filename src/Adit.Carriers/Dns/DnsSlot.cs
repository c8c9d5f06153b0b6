using Adit.Wire.Dns;

namespace Adit.Carriers.Dns;

/// <summary>An outstanding query of a route, by its slot's index.</summary>
internal sealed class DnsSlot(DnsRoute route, DnsSlotWindow window, bool isJumbo)
{
    public DnsRoute Route => route;

    public DnsSlotWindow Window => window;

    public bool IsJumbo => isJumbo;

    /// <summary>The type that was asked for.</summary>
    public DnsType Type { get; set; }

    /// <summary>Octets of the domain that the name ended in.</summary>
    public int DomainLength { get; set; }

    /// <summary>When it was asked, in microseconds.</summary>
    public long SentAt { get; set; }

    /// <summary>What cancels the query.</summary>
    public int Key { get; set; }
}
