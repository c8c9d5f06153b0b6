using System.Buffers.Binary;

namespace Adit.Wire.Lifeline;

/// <summary>What stands before packet number and sealed frames in CONFIRM: all that the server needs to make the path, since it kept nothing.</summary>
/// <remarks><code>
/// type (1) | path (4) | hint (4) | client nonce (12) | server nonce (12) | session (8) | time (4) | cookie (16) | [ X25519 public key (32) where the hint is zero ]
/// </code></remarks>
public readonly ref struct LifelineConfirm
{
    /// <summary>Octets in front of the public key.</summary>
    public const int FixedLength = 1 + LifelineHandshake.PathLength + LifelineHandshake.HintLength + (2 * LifelineHandshake.NonceLength) + LifelineHandshake.SessionLength + 4 + LifelineHandshake.CookieLength;

    /// <summary>The path that WELCOME named.</summary>
    public uint Path { get; init; }

    /// <summary>HELLO's.</summary>
    public ReadOnlySpan<byte> Hint { get; init; }

    /// <summary>HELLO's.</summary>
    public ReadOnlySpan<byte> ClientNonce { get; init; }

    /// <summary>WELCOME's.</summary>
    public ReadOnlySpan<byte> ServerNonce { get; init; }

    /// <summary>HELLO's.</summary>
    public ReadOnlySpan<byte> Session { get; init; }

    /// <summary>WELCOME's.</summary>
    public uint Time { get; init; }

    /// <summary>WELCOME's.</summary>
    public ReadOnlySpan<byte> Cookie { get; init; }

    /// <summary>HELLO's.</summary>
    public ReadOnlySpan<byte> PublicKey { get; init; }

    /// <summary>Octets of it.</summary>
    public int Length => FixedLength + PublicKey.Length;

    /// <summary>Reads one.</summary>
    /// <param name="source">A datagram.</param>
    /// <param name="confirm">What it says.</param>
    /// <returns>Ok, Truncated or Unsupported.</returns>
    public static DecodeStatus TryRead(ReadOnlySpan<byte> source, out LifelineConfirm confirm)
    {
        confirm = default;
        if (source.IsEmpty) return DecodeStatus.Truncated;
        if (source[0] != (byte)LifelineDatagramType.Confirm) return DecodeStatus.Unsupported;
        if (source.Length < FixedLength) return DecodeStatus.Truncated;
        ReadOnlySpan<byte> hint = source.Slice(5, LifelineHandshake.HintLength);
        int key = hint.ContainsAnyExcept((byte)0) ? 0 : LifelineHandshake.PublicKeyLength;
        if (source.Length < FixedLength + key) return DecodeStatus.Truncated;
        confirm = new LifelineConfirm
        {
            Path = BinaryPrimitives.ReadUInt32BigEndian(source[1..]),
            Hint = hint,
            ClientNonce = source.Slice(9, 12),
            ServerNonce = source.Slice(21, 12),
            Session = source.Slice(33, LifelineHandshake.SessionLength),
            Time = BinaryPrimitives.ReadUInt32BigEndian(source[41..]),
            Cookie = source.Slice(45, LifelineHandshake.CookieLength),
            PublicKey = source.Slice(FixedLength, key),
        };
        return DecodeStatus.Ok;
    }

    /// <summary>Writes it.</summary>
    /// <param name="destination">At least <see cref="Length"/> octets.</param>
    /// <returns>Octets written.</returns>
    public int Write(Span<byte> destination)
    {
        WireRoom.Require(destination, Length, "lifeline confirm");
        destination[0] = (byte)LifelineDatagramType.Confirm;
        BinaryPrimitives.WriteUInt32BigEndian(destination[1..], Path);
        Hint.CopyTo(destination[5..]);
        ClientNonce.CopyTo(destination[9..]);
        ServerNonce.CopyTo(destination[21..]);
        Session.CopyTo(destination[33..]);
        BinaryPrimitives.WriteUInt32BigEndian(destination[41..], Time);
        Cookie.CopyTo(destination[45..]);
        PublicKey.CopyTo(destination[FixedLength..]);
        return Length;
    }
}
