using Adit.Links.Encapsulation;

namespace Adit.Links.Ip;

/// <summary>How IP is carried in IP. Immutable.</summary>
public sealed record IpInIpOptions : EncapsulationOptions
{
    /// <summary>The version inside, 4 or 6: it is the delivery's protocol number, 4 or 41.</summary>
    public required int InnerVersion { get; init; }
}
