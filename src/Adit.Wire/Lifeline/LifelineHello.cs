namespace Adit.Wire.Lifeline;

/// <summary>What the client sends first. With a carrier key an authentication tag over all of it follows.</summary>
/// <remarks><code>
/// type (1) | hint (4) | client nonce (12) | session (8) | [ X25519 public key (32) where the hint is zero ]
/// </code></remarks>
public readonly ref struct LifelineHello
{
    /// <summary>Octets in front of the public key.</summary>
    public const int FixedLength = 1 + LifelineHandshake.HintLength + LifelineHandshake.NonceLength + LifelineHandshake.SessionLength;

    /// <summary>Which carrier key; all zero for none.</summary>
    public ReadOnlySpan<byte> Hint { get; init; }

    /// <summary>Fresh and random.</summary>
    public ReadOnlySpan<byte> ClientNonce { get; init; }

    /// <summary>The session to join; all zero for a new one.</summary>
    public ReadOnlySpan<byte> Session { get; init; }

    /// <summary>Empty where there is a carrier key.</summary>
    public ReadOnlySpan<byte> PublicKey { get; init; }

    /// <summary>Octets of the message, without tag.</summary>
    public int Length => FixedLength + PublicKey.Length;

    /// <summary>Reads one.</summary>
    /// <param name="source">A datagram.</param>
    /// <param name="hello">What it says.</param>
    /// <returns>Ok, Truncated or Unsupported.</returns>
    public static DecodeStatus TryRead(ReadOnlySpan<byte> source, out LifelineHello hello)
    {
        hello = default;
        if (source.IsEmpty) return DecodeStatus.Truncated;
        if (source[0] != (byte)LifelineDatagramType.Hello) return DecodeStatus.Unsupported;
        if (source.Length < FixedLength) return DecodeStatus.Truncated;
        ReadOnlySpan<byte> hint = source.Slice(1, LifelineHandshake.HintLength);
        int key = hint.ContainsAnyExcept((byte)0) ? 0 : LifelineHandshake.PublicKeyLength;
        if (source.Length < FixedLength + key) return DecodeStatus.Truncated;
        hello = new LifelineHello
        {
            Hint = hint,
            ClientNonce = source.Slice(5, LifelineHandshake.NonceLength),
            Session = source.Slice(17, LifelineHandshake.SessionLength),
            PublicKey = source.Slice(FixedLength, key),
        };
        return DecodeStatus.Ok;
    }

    /// <summary>Writes it.</summary>
    /// <param name="destination">At least <see cref="Length"/> octets.</param>
    /// <returns>Octets written.</returns>
    public int Write(Span<byte> destination)
    {
        WireRoom.Require(destination, Length, "lifeline hello");
        destination[0] = (byte)LifelineDatagramType.Hello;
        Hint.CopyTo(destination[1..]);
        ClientNonce.CopyTo(destination[5..]);
        Session.CopyTo(destination[17..]);
        PublicKey.CopyTo(destination[FixedLength..]);
        return Length;
    }
}
