namespace Adit.Core.Policy;

/// <summary>What kind of place an address is, for policies. Each address has exactly one class; the most delicate one wins.</summary>
public enum AddressClass
{
    /// <summary>An ordinary address of the internet.</summary>
    Global,

    /// <summary>A cloud's instance metadata service, which hands credentials to whoever asks.</summary>
    Metadata,

    /// <summary>This machine: 127.0.0.0/8, ::1.</summary>
    Loopback,

    /// <summary>No address: 0.0.0.0/8, ::. Connecting there reaches this machine on Linux.</summary>
    Unspecified,

    /// <summary>This link only: 169.254.0.0/16, fe80::/10.</summary>
    LinkLocal,

    /// <summary>A private network: RFC 1918, RFC 6598 (100.64.0.0/10), RFC 4193 (fc00::/7), and the deprecated fec0::/10.</summary>
    Private,

    /// <summary>Many at once: 224.0.0.0/4, ff00::/8, and the broadcast address.</summary>
    Multicast,

    /// <summary>Set aside: documentation, benchmarks, protocol assignments, 240.0.0.0/4 (RFC 6890).</summary>
    Reserved,
}
