namespace Adit.Carriers.Sms;

/// <summary>Whether two spellings are one number.</summary>
public static class SmsNumbers
{
    /// <summary>Ours: digits at the end that tell one number from another, where one is written with its country and the other is not.</summary>
    private const int Significant = 7;

    /// <summary>The digits of a number; a name as it is.</summary>
    public static string Canonical(string number)
    {
        ArgumentNullException.ThrowIfNull(number);
        string digits = number.StartsWith("00", StringComparison.Ordinal) ? number[2..] : number.TrimStart('+');
        return digits.TrimStart('0') is { Length: > 0 } rest && rest.All(char.IsAsciiDigit) ? rest : digits;
    }

    /// <summary>Whether they are one: the same, or the end of the longer is the shorter and that has seven digits at least.</summary>
    public static bool AreSame(string left, string right)
    {
        (left, right) = (Canonical(left), Canonical(right));
        if (left == right) return true;
        (string shorter, string longer) = left.Length < right.Length ? (left, right) : (right, left);
        return shorter.Length >= Significant && shorter.All(char.IsAsciiDigit) && longer.EndsWith(shorter, StringComparison.Ordinal);
    }
}
