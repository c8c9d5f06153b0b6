namespace Adit.Core.Relay;

/// <summary>A side of a relay.</summary>
public enum RelaySide
{
    /// <summary>Neither.</summary>
    None,

    /// <summary>The first stream.</summary>
    First,

    /// <summary>The second stream.</summary>
    Second,
}
