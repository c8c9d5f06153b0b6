using System.Globalization;

namespace Adit.Carriers.Sms.Modem;

/// <summary>How a command ended.</summary>
/// <param name="Final"><c>OK</c>, <c>ERROR</c>, <c>+CMS ERROR: n</c>, the prompt, or empty when the modem said nothing in time.</param>
/// <param name="Lines">What it said before.</param>
public sealed record AtResult(string Final, IReadOnlyList<string> Lines)
{
    /// <summary>Whether it was done.</summary>
    public bool IsOk => Final == "OK";

    /// <summary>Whether nothing came.</summary>
    public bool IsTimeout => Final.Length == 0;

    /// <summary>The number of <c>+CMS ERROR</c> (3GPP TS 27.005 §3.2.5); -1 for none.</summary>
    public int MessageError =>
        Final.StartsWith("+CMS ERROR:", StringComparison.Ordinal) && int.TryParse(Final.AsSpan(11).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int code) ? code : -1;

    /// <summary>Whether a line ends a command.</summary>
    public static bool IsFinal(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        return line is "OK" or "ERROR" or AtLines.Prompt || line.StartsWith("+CMS ERROR:", StringComparison.Ordinal) || line.StartsWith("+CME ERROR:", StringComparison.Ordinal);
    }
}
