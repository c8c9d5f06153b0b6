namespace Adit.Core.Lifeline;

/// <summary>Why a session is over (CLOSE's code).</summary>
public enum LifelineEnd
{
    /// <summary>It is not.</summary>
    None = 0,

    /// <summary>Both directions ended in order, or an application closed it.</summary>
    Closed = 1,

    /// <summary>A side broke the protocol.</summary>
    ProtocolViolation = 2,

    /// <summary>Nothing was heard for too long.</summary>
    TimedOut = 3,

    /// <summary>The server knows the session no more: it was restarted.</summary>
    Gone = 4,

    /// <summary>A side aborted it.</summary>
    Aborted = 5,
}
