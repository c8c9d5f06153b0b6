namespace Adit.Wire;

/// <summary>What every <see cref="IWireValue{TSelf}"/> can do beyond its own members.</summary>
public static class WireValueExtensions
{
    /// <summary>Encodes into a new array.</summary>
    /// <typeparam name="T">The value's type.</typeparam>
    /// <param name="value">The value.</param>
    public static byte[] ToArray<T>(this T value)
        where T : struct, IWireValue<T>
    {
        byte[] octets = new byte[value.EncodedLength];
        value.Encode(octets);
        return octets;
    }
}
