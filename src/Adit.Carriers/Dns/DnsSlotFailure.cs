namespace Adit.Carriers.Dns;

/// <summary>Why a query came to nothing.</summary>
public enum DnsSlotFailure
{
    /// <summary>No answer in its time.</summary>
    TimedOut,

    /// <summary>SERVFAIL: the resolver gave up on it.</summary>
    ServerFailure,

    /// <summary>REFUSED: the resolver will not, perhaps because of a limit on the rate.</summary>
    Refused,
}
