namespace Adit.Wire.Dns;

/// <summary>What is asked of names that are written out: length and label again and again, and a 0. Case means nothing (RFC 4343), and only ASCII has it.</summary>
public static class DnsNameOctets
{
    /// <summary>Whether two names are the same.</summary>
    public static bool AreEqual(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.Length != right.Length) return false;
        // Lengths of labels are below 'A': folding leaves them alone.
        for (int i = 0; i < left.Length; i++)
        {
            if (left[i] != right[i] && Fold(left[i]) != Fold(right[i])) return false;
        }

        return true;
    }

    /// <summary>Whether a name is <paramref name="domain"/> or lies below it.</summary>
    /// <param name="name">A well-formed name.</param>
    /// <param name="domain">A well-formed name.</param>
    public static bool IsWithin(ReadOnlySpan<byte> name, ReadOnlySpan<byte> domain)
    {
        int at = 0, start = name.Length - domain.Length;
        while (at < start) at += 1 + name[at];
        return at == start && AreEqual(name[at..], domain);
    }

    /// <summary>Writes a name in lower case.</summary>
    /// <param name="name">The name.</param>
    /// <param name="destination">At least as long; may be the same.</param>
    public static void Fold(ReadOnlySpan<byte> name, Span<byte> destination)
    {
        for (int i = 0; i < name.Length; i++) destination[i] = Fold(name[i]);
    }

    private static byte Fold(byte octet) => octet is >= (byte)'A' and <= (byte)'Z' ? (byte)(octet | 0x20) : octet;
}
