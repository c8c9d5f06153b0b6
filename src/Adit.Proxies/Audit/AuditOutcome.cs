namespace Adit.Proxies.Audit;

/// <summary>What a proxy did with one request of an audit.</summary>
public enum AuditOutcome
{
    /// <summary>It refused by its policy.</summary>
    Refused,

    /// <summary>It asked for a password first.</summary>
    AuthenticationRequired,

    /// <summary>It connected.</summary>
    Granted,

    /// <summary>It tried to connect, and the destination or the network failed: nothing but that kept it.</summary>
    Tried,

    /// <summary>It does not speak the protocol.</summary>
    NotSpoken,

    /// <summary>Its answer may mean a refusal or a failure.</summary>
    Unclear,
}
