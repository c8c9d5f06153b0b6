using Adit.Core;

namespace Adit.Gateway.Addresses;

/// <summary>Who has which address of a pool. Safe for use by many threads. Owns its store.</summary>
/// <remarks>
/// Theory of operation: a key gets the number that it had before, the lowest of them that no tunnel of its has now, so that its first tunnel always has the same address; else one that nobody has; else, where the
/// pool is full, the one that was unused longest. A number that a tunnel has is never taken away. What was unused for longer than the lifetime is forgotten. The table is in memory, no larger than the pool; the store is written through,
/// and what it cannot write is told and lost at the next restart only.
/// </remarks>
public sealed class AddressLeases : IDisposable
{
    private readonly Lock _lock = new();
    private readonly AddressPool _pool;
    private readonly IAddressLeaseStore _store;
    private readonly TimeSpan _lifetime;
    private readonly int _mostOfKey;
    private readonly TimeProvider _time;
    private readonly Action<string>? _failed;
    private readonly SortedDictionary<int, AddressLease> _leases = [];
    private readonly HashSet<int> _used = [];
    private int _next = AddressPool.First;

    /// <summary>Reads the store.</summary>
    /// <param name="pool">The addresses.</param>
    /// <param name="store">Where leases are kept; owned from here on.</param>
    /// <param name="lifetime">How long an unused one is kept.</param>
    /// <param name="mostOfKey">Addresses that one key may have in use at once.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="failed">Told what could not be written; null for nobody.</param>
    /// <exception cref="TunnelException">The store cannot be read.</exception>
    public AddressLeases(AddressPool pool, IAddressLeaseStore store, TimeSpan lifetime, int mostOfKey, TimeProvider? time = null, Action<string>? failed = null)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(store);
        (_pool, _store, _lifetime, _mostOfKey, _time, _failed) = (pool, store, lifetime, mostOfKey, time ?? TimeProvider.System, failed);
        // A pool that became smaller has no place for what lies beyond.
        foreach (AddressLease lease in store.Load().Where(l => l.Number >= AddressPool.First && l.Number <= pool.Last)) _leases[lease.Number] = lease;
    }

    /// <summary>The addresses.</summary>
    public AddressPool Pool => _pool;

    /// <summary>Leases, used or not.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _leases.Count;
        }
    }

    /// <summary>Gives a key an address, until <see cref="Release"/>.</summary>
    /// <param name="owner">The fingerprint of the key.</param>
    /// <exception cref="TunnelException"><see cref="TunnelError.ResourceShortage"/>: all are in use, or the key has as many as it may.</exception>
    public AddressLease Take(string owner)
    {
        ArgumentException.ThrowIfNullOrEmpty(owner);
        lock (_lock)
        {
            DateTimeOffset now = _time.GetUtcNow();
            Expire(now);
            AddressLease[] own = [.. _leases.Values.Where(l => l.Owner == owner)];
            if (own.Count(l => _used.Contains(l.Number)) >= _mostOfKey) throw new TunnelException(TunnelError.ResourceShortage, $"addresses: expected at most {_mostOfKey} in use by a key");
            int number = own.FirstOrDefault(l => !_used.Contains(l.Number))?.Number ?? FindFree() ?? FindOldest()
                ?? throw new TunnelException(TunnelError.ResourceShortage, $"addresses: all {_pool.Last - AddressPool.First + 1} of {string.Join(" and ", _pool.Networks)} are in use");
            var lease = new AddressLease(number, owner, now);
            _leases[number] = lease;
            _used.Add(number);
            Write(() => _store.Save(lease));
            return lease;
        }
    }

    /// <summary>A tunnel no longer uses its address; the key keeps it.</summary>
    /// <param name="lease">What <see cref="Take"/> gave.</param>
    public void Release(AddressLease lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        lock (_lock)
        {
            if (!_used.Remove(lease.Number)) return;
            AddressLease kept = lease with { LastUsed = _time.GetUtcNow() };
            _leases[lease.Number] = kept;
            Write(() => _store.Save(kept));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock) _store.Dispose();
    }

    private void Expire(DateTimeOffset now)
    {
        foreach (AddressLease old in _leases.Values.Where(l => !_used.Contains(l.Number) && now - l.LastUsed > _lifetime).ToArray())
        {
            _leases.Remove(old.Number);
            Write(() => _store.Remove(old.Number));
        }
    }

    private int? FindFree()
    {
        int count = _pool.Last - AddressPool.First + 1;
        if (_leases.Count >= count) return null;
        // Onward from the last one given, so that an address that was just forgotten rests.
        for (int i = 0; i < count; i++)
        {
            int number = AddressPool.First + ((_next - AddressPool.First + i) % count);
            if (_leases.ContainsKey(number)) continue;
            _next = number + 1;
            return number;
        }

        return null;
    }

    private int? FindOldest() => _leases.Values.Where(l => !_used.Contains(l.Number)).MinBy(l => l.LastUsed)?.Number;

    private void Write(Action change)
    {
        try
        {
            change();
        }
        catch (Exception e) when (e is TunnelException or ObjectDisposedException)
        {
            _failed?.Invoke(e.Message);
        }
    }
}
