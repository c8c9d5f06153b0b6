namespace Adit.Gateway.Proxying;

/// <summary>How connections reach a transparent proxy.</summary>
public enum TransparentMode
{
    /// <summary>They do not: clients speak a proxy protocol.</summary>
    Off,

    /// <summary>nftables rewrites their destination (REDIRECT).</summary>
    Redirect,

    /// <summary>nftables hands them over as they are (TPROXY).</summary>
    Tproxy,
}
