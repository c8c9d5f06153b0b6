namespace Adit.Gateway.Admission;

/// <summary>What a source is made to pay for.</summary>
public enum PenaltyReason
{
    /// <summary>A connection ended after a failed login.</summary>
    AuthenticationFailed,

    /// <summary>A connection ended without trying to log in.</summary>
    NoAuthentication,

    /// <summary>A connection did not log in within the grace time.</summary>
    GraceExceeded,

    /// <summary>A connection made its handler fail.</summary>
    Crash,
}
