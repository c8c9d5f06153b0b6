using System.Buffers.Binary;

namespace Adit.Wire.Lifeline;

/// <summary>The server's answer to HELLO, for which it keeps nothing. An authentication tag over all of it follows.</summary>
/// <remarks><code>
/// type (1) | verdict (1) | client nonce (12) | server nonce (12) | path (4) | time (4) | cookie (16) | [ X25519 public key (32) where HELLO had one ]
/// </code></remarks>
public readonly ref struct LifelineWelcome
{
    /// <summary>Octets in front of the public key.</summary>
    public const int FixedLength = 2 + (2 * LifelineHandshake.NonceLength) + LifelineHandshake.PathLength + 4 + LifelineHandshake.CookieLength;

    /// <summary>What the server says.</summary>
    public LifelineVerdict Verdict { get; init; }

    /// <summary>HELLO's.</summary>
    public ReadOnlySpan<byte> ClientNonce { get; init; }

    /// <summary>Fresh and random.</summary>
    public ReadOnlySpan<byte> ServerNonce { get; init; }

    /// <summary>What the path will be called.</summary>
    public uint Path { get; init; }

    /// <summary>The server's clock in seconds, from wherever it begins.</summary>
    public uint Time { get; init; }

    /// <summary>Proves to the server in CONFIRM that it said all this.</summary>
    public ReadOnlySpan<byte> Cookie { get; init; }

    /// <summary>Empty where there is a carrier key.</summary>
    public ReadOnlySpan<byte> PublicKey { get; init; }

    /// <summary>Octets of the message, without tag.</summary>
    public int Length => FixedLength + PublicKey.Length;

    /// <summary>Reads one.</summary>
    /// <param name="source">A datagram.</param>
    /// <param name="hasPublicKey">Whether HELLO had one.</param>
    /// <param name="welcome">What it says.</param>
    /// <returns>Ok, Truncated, BadValue or Unsupported.</returns>
    public static DecodeStatus TryRead(ReadOnlySpan<byte> source, bool hasPublicKey, out LifelineWelcome welcome)
    {
        welcome = default;
        if (source.IsEmpty) return DecodeStatus.Truncated;
        if (source[0] != (byte)LifelineDatagramType.Welcome) return DecodeStatus.Unsupported;
        int key = hasPublicKey ? LifelineHandshake.PublicKeyLength : 0;
        if (source.Length < FixedLength + key) return DecodeStatus.Truncated;
        if (source[1] > (byte)LifelineVerdict.Busy) return DecodeStatus.BadValue;
        welcome = new LifelineWelcome
        {
            Verdict = (LifelineVerdict)source[1],
            ClientNonce = source.Slice(2, 12),
            ServerNonce = source.Slice(14, 12),
            Path = BinaryPrimitives.ReadUInt32BigEndian(source[26..]),
            Time = BinaryPrimitives.ReadUInt32BigEndian(source[30..]),
            Cookie = source.Slice(34, LifelineHandshake.CookieLength),
            PublicKey = source.Slice(FixedLength, key),
        };
        return DecodeStatus.Ok;
    }

    /// <summary>Writes it.</summary>
    /// <param name="destination">At least <see cref="Length"/> octets.</param>
    /// <returns>Octets written.</returns>
    public int Write(Span<byte> destination)
    {
        WireRoom.Require(destination, Length, "lifeline welcome");
        destination[0] = (byte)LifelineDatagramType.Welcome;
        destination[1] = (byte)Verdict;
        ClientNonce.CopyTo(destination[2..]);
        ServerNonce.CopyTo(destination[14..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[26..], Path);
        BinaryPrimitives.WriteUInt32BigEndian(destination[30..], Time);
        Cookie.CopyTo(destination[34..]);
        PublicKey.CopyTo(destination[FixedLength..]);
        return Length;
    }
}
