namespace Adit.Links.Gre;

/// <summary>What keepalives say of the far end.</summary>
public enum KeepaliveState
{
    /// <summary>Nothing is asked.</summary>
    Off,

    /// <summary>Asked, and no answer has come yet.</summary>
    Unknown,

    /// <summary>It answers.</summary>
    Alive,

    /// <summary>It has not answered the last questions.</summary>
    Dead,
}
