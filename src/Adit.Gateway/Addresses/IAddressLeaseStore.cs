namespace Adit.Gateway.Addresses;

/// <summary>Keeps leases over restarts. One caller at a time.</summary>
public interface IAddressLeaseStore : IDisposable
{
    /// <summary>All leases.</summary>
    /// <exception cref="Core.TunnelException">They cannot be read.</exception>
    IReadOnlyList<AddressLease> Load();

    /// <summary>Keeps a lease, in the place of the one with its number.</summary>
    /// <param name="lease">The lease.</param>
    /// <exception cref="Core.TunnelException">It cannot be written.</exception>
    void Save(AddressLease lease);

    /// <summary>Forgets a lease.</summary>
    /// <param name="number">Its number.</param>
    /// <exception cref="Core.TunnelException">That cannot be written.</exception>
    void Remove(int number);
}
