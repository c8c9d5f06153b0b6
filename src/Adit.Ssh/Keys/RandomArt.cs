using System.Text;

namespace Adit.Ssh.Keys;

/// <summary>
/// VisualHostKey: a picture of a fingerprint, OpenSSH's "drunken bishop" (D. Loss, T. Limmer, A. von Gernler: The drunken bishop, 2009). From the middle of
/// a field of 17 by 9, each two bits of the digest, the lowest first, are a step aslant; walls stop it. How often a place was visited chooses its character.
/// </summary>
internal static class RandomArt
{
    private const int Columns = 17, Rows = 9;
    private const string Visits = " .o+=*BOX@%&#/^";

    /// <summary>The picture: a frame with the key's type and size above and the hash below, lines separated by line feeds.</summary>
    /// <param name="digest">What the fingerprint shows.</param>
    /// <param name="title">Such as <c>ED25519 256</c>; the word before the space alone where both do not fit.</param>
    /// <param name="hash">Such as <c>SHA256</c>.</param>
    public static string Draw(ReadOnlySpan<byte> digest, string title, string hash)
    {
        int[,] field = new int[Rows, Columns];
        int row = Rows / 2, column = Columns / 2;
        foreach (byte octet in digest)
        {
            for (int shift = 0; shift < 8; shift += 2)
            {
                column = Math.Clamp(column + ((octet >> shift & 1) == 0 ? -1 : 1), 0, Columns - 1);
                row = Math.Clamp(row + ((octet >> shift & 2) == 0 ? -1 : 1), 0, Rows - 1);
                field[row, column]++;
            }
        }

        string shown = $"[{title}]";
        var picture = new StringBuilder(Border(shown.Length <= Columns ? shown : $"[{title.Split(' ')[0]}]"));
        for (int y = 0; y < Rows; y++)
        {
            picture.Append("\n|");
            for (int x = 0; x < Columns; x++)
            {
                picture.Append((y, x) == (row, column) ? 'E' : (y, x) == (Rows / 2, Columns / 2) ? 'S' : Visits[Math.Min(field[y, x], Visits.Length - 1)]);
            }

            picture.Append('|');
        }

        return picture.Append('\n').Append(Border($"[{hash}]")).ToString();
    }

    private static string Border(string text) => $"+{text.PadLeft(((Columns - text.Length) / 2) + text.Length, '-').PadRight(Columns, '-')}+";
}
