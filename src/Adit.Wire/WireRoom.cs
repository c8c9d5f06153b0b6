namespace Adit.Wire;

/// <summary>What every encoder asks of its destination.</summary>
internal static class WireRoom
{
    /// <summary>Refuses a destination that is too small.</summary>
    /// <exception cref="ArgumentException">It is.</exception>
    public static void Require(Span<byte> destination, int length, string what)
    {
        if (destination.Length < length) throw new ArgumentException($"{what}: expected room for {length} octets, got {destination.Length}", nameof(destination));
    }
}
