namespace Adit.Cli.Ssh;

/// <summary>What becomes of the addresses that a gateway leases to a tunnel; each does what those before it do.</summary>
internal enum LeaseUse
{
    /// <summary>A gateway of ours is asked, and what it says is printed.</summary>
    Tell,

    /// <summary><c>--lease</c>: a server that leases none is an error.</summary>
    Ask,

    /// <summary><c>--apply</c>: MTU, addresses and routes are set.</summary>
    Apply,

    /// <summary><c>--apply-dns</c>: name servers too.</summary>
    ApplyWithNameServers,
}
