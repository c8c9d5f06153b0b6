namespace Adit.Core.Hops;

/// <summary>What a hop does with what comes after it.</summary>
public enum HopKind
{
    /// <summary>Dials the next hop, or the target, by name and port.</summary>
    Proxy,

    /// <summary>Ends at a gateway's SSH server, and is therefore the last hop before SSH.</summary>
    Carrier,
}
