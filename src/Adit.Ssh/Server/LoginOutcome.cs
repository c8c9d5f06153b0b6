namespace Adit.Ssh.Server;

/// <summary>How an attempt to log in ended.</summary>
public enum LoginOutcome
{
    /// <summary>Refused.</summary>
    Failed,

    /// <summary>The client's turn: a signature, an answer.</summary>
    Postponed,

    /// <summary>Right, and more is needed.</summary>
    Partial,

    /// <summary>Logged in.</summary>
    Accepted,

    /// <summary>The last one that was allowed, refused: the connection ends.</summary>
    TooMany,
}
