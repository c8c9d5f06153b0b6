namespace Adit.Carriers.Dns;

/// <summary>What becomes of a payload's query.</summary>
public enum DnsPayloadVerdict
{
    /// <summary>The payload is nobody's: the name does not exist, and nothing is kept.</summary>
    Refused,

    /// <summary>The answer was filled.</summary>
    Answered,

    /// <summary>The answer comes later, once it is released or its time is up.</summary>
    Held,
}
