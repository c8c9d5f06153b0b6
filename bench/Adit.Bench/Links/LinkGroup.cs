namespace Adit.Bench.Links;

/// <summary>What a path is compared with.</summary>
internal enum LinkGroup
{
    /// <summary>No tunnel at all.</summary>
    Direct,

    /// <summary>The kernel's own: for information.</summary>
    Kernel,

    /// <summary>Another program's tunnel over UDP.</summary>
    Rival,

    /// <summary>OpenSSH at both ends.</summary>
    RivalSsh,

    /// <summary>Ours, by UDP with offloads.</summary>
    Offloaded,

    /// <summary>Ours, by raw IP sockets, which have no offloads.</summary>
    Raw,

    /// <summary>Ours through SSH, at both ends.</summary>
    Ssh,
}
