namespace Adit.Wire.Lifeline;

/// <summary>What a gateway leaves at a broker for as long as it serves there: one tag for each carrier key, by which its holder knows that the gateway said it. docs/protocols/mqtt.md §6.</summary>
/// <remarks><code>
/// type (1) | nonce (12) | { hint (4) | tag (16) }, once or more
/// </code></remarks>
public readonly ref struct LifelinePresence
{
    /// <summary>Octets of a tag.</summary>
    public const int TagLength = 16;

    /// <summary>Carrier keys at most; ours: about ten kilobytes, which every broker keeps.</summary>
    public const int MostEntries = 512;

    private const int HeadLength = 1 + LifelineHandshake.NonceLength;
    private const int EntryLength = LifelineHandshake.HintLength + TagLength;

    /// <summary>Fresh and random.</summary>
    public ReadOnlySpan<byte> Nonce { get; init; }

    /// <summary>Hints and tags, one after the other.</summary>
    public ReadOnlySpan<byte> Entries { get; init; }

    /// <summary>Octets of the record.</summary>
    public int Length => HeadLength + Entries.Length;

    /// <summary>Reads one.</summary>
    /// <param name="source">All of a message.</param>
    /// <param name="presence">What it says.</param>
    /// <returns>Ok, Truncated, BadLength; Unsupported for anything else.</returns>
    public static DecodeStatus TryRead(ReadOnlySpan<byte> source, out LifelinePresence presence)
    {
        presence = default;
        if (source.IsEmpty) return DecodeStatus.Truncated;
        if (source[0] != (byte)LifelineDatagramType.Presence) return DecodeStatus.Unsupported;
        if (source.Length < HeadLength + EntryLength || (source.Length - HeadLength) % EntryLength != 0) return DecodeStatus.Truncated;
        if (source.Length > HeadLength + (MostEntries * EntryLength)) return DecodeStatus.BadLength;
        presence = new LifelinePresence { Nonce = source[1..HeadLength], Entries = source[HeadLength..] };
        return DecodeStatus.Ok;
    }

    /// <summary>The tag for a key; empty where there is none.</summary>
    /// <param name="hint">The key's hint.</param>
    public ReadOnlySpan<byte> TagFor(ReadOnlySpan<byte> hint)
    {
        for (ReadOnlySpan<byte> rest = Entries; !rest.IsEmpty; rest = rest[EntryLength..])
        {
            if (rest.StartsWith(hint)) return rest[hint.Length..EntryLength];
        }

        return default;
    }

    /// <summary>Writes it.</summary>
    /// <param name="destination">At least <see cref="Length"/> octets.</param>
    /// <returns>Octets written.</returns>
    public int Write(Span<byte> destination)
    {
        WireRoom.Require(destination, Length, "lifeline presence");
        destination[0] = (byte)LifelineDatagramType.Presence;
        Nonce.CopyTo(destination[1..]);
        Entries.CopyTo(destination[HeadLength..]);
        return Length;
    }
}
