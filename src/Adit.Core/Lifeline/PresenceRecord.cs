using System.Security.Cryptography;
using Adit.Wire;
using Adit.Wire.Lifeline;

namespace Adit.Core.Lifeline;

/// <summary>A gateway's record at a broker that it serves there, which only a holder of a carrier key can make. docs/protocols/mqtt.md §6.</summary>
public static class PresenceRecord
{
    /// <summary>Makes one.</summary>
    /// <param name="keys">The carrier keys of all who are to know it; 1 to <see cref="LifelinePresence.MostEntries"/>.</param>
    /// <param name="place">Where it stands: it is authentic there alone.</param>
    public static byte[] Make(IReadOnlyList<CarrierKey> keys, ReadOnlySpan<byte> place)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (keys.Count is 0 or > LifelinePresence.MostEntries) throw new ArgumentException($"presence: expected 1 to {LifelinePresence.MostEntries} carrier keys, got {keys.Count}", nameof(keys));
        byte[] nonce = RandomNumberGenerator.GetBytes(LifelineHandshake.NonceLength);
        var entries = new List<byte>();
        foreach (CarrierKey key in keys)
        {
            entries.AddRange(key.Hint.Span);
            entries.AddRange(LifelineKeys.Presence(key.Secret, nonce, place));
        }

        var presence = new LifelinePresence { Nonce = nonce, Entries = entries.ToArray() };
        byte[] record = new byte[presence.Length];
        presence.Write(record);
        return record;
    }

    /// <summary>Whether somebody with the key made it, for this place.</summary>
    /// <param name="record">What stands there.</param>
    /// <param name="key">The key.</param>
    /// <param name="place">Where it stands.</param>
    public static bool IsAuthentic(ReadOnlySpan<byte> record, CarrierKey key, ReadOnlySpan<byte> place)
    {
        ArgumentNullException.ThrowIfNull(key);
        return LifelinePresence.TryRead(record, out LifelinePresence presence) == DecodeStatus.Ok
            && presence.TagFor(key.Hint.Span) is { IsEmpty: false } tag
            && CryptographicOperations.FixedTimeEquals(tag, LifelineKeys.Presence(key.Secret, presence.Nonce, place));
    }
}
