using Adit.Wire.Ethernet;

namespace Adit.Links.Encapsulation;

/// <summary>Which remote an Ethernet address is behind: learnt from what arrives, as a bridge learns its ports (IEEE 802.1D §7.8), or told.</summary>
/// <remarks>
/// Theory of operation: sets of eight entries, chosen by a hash with a secret of this table's. An entry is one 64-bit word (address and remote), so the sending thread reads while the receiving thread
/// writes, without a lock. Memory is fixed: 12 octets for each address. When a set is full of living entries nothing more is learnt there, and frames to such addresses are flooded: a remote that
/// invents addresses cannot push others out.
/// </remarks>
public sealed class ForwardingTable
{
    /// <summary>No remote.</summary>
    public const int Unknown = -1;

    private const int Ways = 8;
    private const uint Permanent = uint.MaxValue;

    private readonly ulong[] _entries;
    private readonly uint[] _until;
    private readonly int _mask;
    private readonly uint _lifetime;
    private readonly ulong _secret = (ulong)Random.Shared.NextInt64();
    private readonly TimeProvider _time;
    private readonly long _start;

    /// <summary>Makes an empty table.</summary>
    /// <param name="capacity">Addresses at most; rounded up to a power of two.</param>
    /// <param name="lifetime">How long one is kept that sends nothing.</param>
    /// <param name="time">The clock.</param>
    public ForwardingTable(int capacity, TimeSpan lifetime, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        if (capacity is < Ways or > 1 << 20) throw new ArgumentException($"forwarding table: capacity: expected {Ways} to {1 << 20}, got {capacity}", nameof(capacity));
        int size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)capacity);
        _entries = new ulong[size];
        _until = new uint[size];
        _mask = (size / Ways) - 1;
        _lifetime = (uint)Math.Clamp(lifetime.TotalSeconds, 1, 1e9);
        _time = time;
        _start = time.GetTimestamp();
    }

    /// <summary>Addresses that are known now.</summary>
    public int Count
    {
        get
        {
            uint now = Now();
            int count = 0;
            for (int i = 0; i < _entries.Length; i++) count += Volatile.Read(ref _entries[i]) != 0 && Volatile.Read(ref _until[i]) > now ? 1 : 0;
            return count;
        }
    }

    /// <summary>The remote of an address.</summary>
    /// <param name="address">The address.</param>
    /// <returns>Its number, or <see cref="Unknown"/>.</returns>
    public int Find(MacAddress address)
    {
        int at = SetOf(address);
        for (int i = at; i < at + Ways; i++)
        {
            ulong entry = Volatile.Read(ref _entries[i]);
            if (entry >> 16 == address.Value && entry != 0) return Volatile.Read(ref _until[i]) > Now() ? (int)(entry & 0xffff) : Unknown;
        }

        return Unknown;
    }

    /// <summary>Takes note of where an address sent from. The receiving thread's.</summary>
    /// <param name="address">The frame's source.</param>
    /// <param name="remote">Where it came from.</param>
    /// <returns>False: the address was told to be elsewhere, so the frame is not to be believed.</returns>
    public bool Learn(MacAddress address, ushort remote) => Put(address, remote, isPermanent: false);

    /// <summary>Tells where an address is, for good. Before the link is used.</summary>
    /// <param name="address">A single station's address.</param>
    /// <param name="remote">The remote's number.</param>
    /// <exception cref="ArgumentException">Its set is full of such addresses already.</exception>
    public void Add(MacAddress address, ushort remote)
    {
        if (address.IsGroup || address.IsZero) throw new ArgumentException($"forwarding table: {address}: expected a station's address", nameof(address));
        if (!Put(address, remote, isPermanent: true)) throw new ArgumentException($"forwarding table: {address}: expected room or the same remote", nameof(address));
    }

    private bool Put(MacAddress address, ushort remote, bool isPermanent)
    {
        uint now = Now();
        uint until = isPermanent ? Permanent : now + _lifetime;
        ulong wanted = (address.Value << 16) | remote;
        int at = SetOf(address), free = -1;
        for (int i = at; i < at + Ways; i++)
        {
            ulong entry = _entries[i];
            if (entry >> 16 == address.Value && entry != 0)
            {
                if (_until[i] == Permanent) return entry == wanted;
                if (entry != wanted) Volatile.Write(ref _entries[i], wanted);
                if (_until[i] != until) Volatile.Write(ref _until[i], until);
                return true;
            }

            if (free < 0 && _until[i] <= now) free = i;
        }

        if (free < 0) return !isPermanent; // full: nothing is learnt
        Volatile.Write(ref _until[free], 0);
        Volatile.Write(ref _entries[free], wanted);
        Volatile.Write(ref _until[free], until);
        return true;
    }

    // Seconds, from 1: what was never written has ended.
    private uint Now() => 1 + (uint)((_time.GetTimestamp() - _start) / _time.TimestampFrequency);

    private int SetOf(MacAddress address)
    {
        ulong hash = (address.Value ^ _secret) * 0x9e37_79b9_7f4a_7c15;
        hash = (hash ^ (hash >> 29)) * 0xbf58_476d_1ce4_e5b9;
        return (int)((hash >> 32) & (uint)_mask) * Ways;
    }
}
