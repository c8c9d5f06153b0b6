namespace Adit.Gateway.Addresses;

/// <summary>The in-memory double of a store.</summary>
public sealed class MemoryLeaseStore : IAddressLeaseStore
{
    private readonly SortedDictionary<int, AddressLease> _leases = [];

    /// <inheritdoc/>
    public IReadOnlyList<AddressLease> Load() => [.. _leases.Values];

    /// <inheritdoc/>
    public void Save(AddressLease lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        _leases[lease.Number] = lease;
    }

    /// <inheritdoc/>
    public void Remove(int number) => _leases.Remove(number);

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
