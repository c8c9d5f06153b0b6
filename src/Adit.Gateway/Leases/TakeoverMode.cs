namespace Adit.Gateway.Leases;

/// <summary>When a new session of a key takes a reverse listener over from an old session of the same key.</summary>
public enum TakeoverMode
{
    /// <summary>Never; the new one is refused.</summary>
    Never,

    /// <summary>When the old one does not answer a probe; the default.</summary>
    Dead,

    /// <summary>Always, without asking.</summary>
    Always,
}
