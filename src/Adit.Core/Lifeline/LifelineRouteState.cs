namespace Adit.Core.Lifeline;

/// <summary>How one of a keeper's carriers does.</summary>
public enum LifelineRouteState
{
    /// <summary>Not opened, since better ones are there.</summary>
    Idle,

    /// <summary>Lost, or never reached; tried again later.</summary>
    Down,

    /// <summary>Being opened.</summary>
    Opening,

    /// <summary>There, and kept for later.</summary>
    Warm,

    /// <summary>There, and carries the stream.</summary>
    Active,
}
