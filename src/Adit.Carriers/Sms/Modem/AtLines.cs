using System.Text;

namespace Adit.Carriers.Sms.Modem;

/// <summary>
/// What a modem says, cut into lines (3GPP TS 27.007 §4): <c>CR LF text CR LF</c>, an echo that ends with CR alone, and the prompt <c>&gt; </c>, which nothing ends. Sans I/O. A line longer than
/// <see cref="MostLine"/> loses its end.
/// </summary>
public sealed class AtLines
{
    /// <summary>Ours: the longest line; a PDU has at most 352 digits.</summary>
    public const int MostLine = 1024;

    /// <summary>What the prompt is handed out as.</summary>
    public const string Prompt = ">";

    private readonly StringBuilder _line = new();

    /// <summary>Takes octets.</summary>
    /// <param name="octets">What arrived.</param>
    /// <param name="lines">Takes the lines that are complete, and prompts.</param>
    public void Receive(ReadOnlySpan<byte> octets, ICollection<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        foreach (byte octet in octets)
        {
            if (octet is (byte)'\r' or (byte)'\n')
            {
                if (_line.Length > 0) lines.Add(_line.ToString());
                _line.Clear();
                continue;
            }

            if (_line.Length < MostLine) _line.Append(octet is >= 32 and < 127 ? (char)octet : '?');
            // 3GPP TS 27.005 §4.3: a prompt is CR LF > SPACE.
            if (_line.Length == 2 && _line[0] == '>' && _line[1] == ' ')
            {
                lines.Add(Prompt);
                _line.Clear();
            }
        }
    }
}
