using System.Globalization;
using System.Text;

namespace Adit.TestKit.Codecs;

/// <summary>
/// Octets in a notation that follows the RFCs' field lists and shares no code with the codecs: tokens between spaces, each of them
/// hex digits, <c>u16:7</c>, <c>u32:7</c>, <c>'raw text'</c>, <c>s'string with its uint32 length'</c> or <c>s:hexdigits</c> (a string of octets).
/// </summary>
public static class Octets
{
    /// <summary>Reads the notation.</summary>
    public static byte[] Of(string notation)
    {
        var octets = new List<byte>();
        int at = 0;
        while (at < notation.Length)
        {
            if (char.IsWhiteSpace(notation[at]))
            {
                at++;
            }
            else if (notation[at] == '\'' || notation[at..].StartsWith("s'", StringComparison.Ordinal))
            {
                bool counted = notation[at] == 's';
                int start = notation.IndexOf('\'', at) + 1;
                int end = notation.IndexOf('\'', start);
                byte[] text = Encoding.UTF8.GetBytes(notation[start..end]);
                if (counted) octets.AddRange(BigEndian((uint)text.Length, 4));
                octets.AddRange(text);
                at = end + 1;
            }
            else
            {
                int end = at;
                while (end < notation.Length && !char.IsWhiteSpace(notation[end])) end++;
                octets.AddRange(Token(notation[at..end]));
                at = end;
            }
        }

        return [.. octets];
    }

    private static byte[] Token(string token)
    {
        if (token.StartsWith("u32:", StringComparison.Ordinal)) return BigEndian(uint.Parse(token[4..], CultureInfo.InvariantCulture), 4);
        if (token.StartsWith("u16:", StringComparison.Ordinal)) return BigEndian(uint.Parse(token[4..], CultureInfo.InvariantCulture), 2);
        if (!token.StartsWith("s:", StringComparison.Ordinal)) return Convert.FromHexString(token);
        byte[] content = Convert.FromHexString(token[2..]);
        return [.. BigEndian((uint)content.Length, 4), .. content];
    }

    private static byte[] BigEndian(uint value, int length)
    {
        byte[] octets = new byte[length];
        for (int i = length - 1; i >= 0; i--, value >>= 8) octets[i] = (byte)value;
        return octets;
    }
}
