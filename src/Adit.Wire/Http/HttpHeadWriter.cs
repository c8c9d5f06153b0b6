using System.Text;

namespace Adit.Wire.Http;

/// <summary>Writes the parts of a head.</summary>
internal static class HttpHeadWriter
{
    public static int LengthOf(HttpFields fields)
    {
        int length = 2;
        for (int i = 0; i < fields.Count; i++) length += fields[i].Name.Length + 2 + fields[i].Value.Length + 2;
        return length;
    }

    public static int Write(Span<byte> to, string text) => Encoding.Latin1.GetBytes(text, to);

    /// <summary>Fields and the empty line behind them.</summary>
    public static int Write(Span<byte> to, HttpFields fields)
    {
        int at = 0;
        for (int i = 0; i < fields.Count; i++)
        {
            at += Write(to[at..], fields[i].Name);
            at += Put(to[at..], ": "u8);
            at += Write(to[at..], fields[i].Value);
            at += Put(to[at..], "\r\n"u8);
        }

        return at + Put(to[at..], "\r\n"u8);
    }

    public static int Put(Span<byte> to, ReadOnlySpan<byte> octets)
    {
        octets.CopyTo(to);
        return octets.Length;
    }
}
