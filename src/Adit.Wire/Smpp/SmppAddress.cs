namespace Adit.Wire.Smpp;

/// <summary>Who a message is from or to (SMPP 3.4 §4.4.1).</summary>
/// <param name="TypeOfNumber">addr_ton (§5.2.5): 0 unknown, 1 international, 2 national, 3 network specific, 4 subscriber, 5 alphanumeric, 6 abbreviated.</param>
/// <param name="NumberingPlan">addr_npi (§5.2.6): 0 unknown, 1 ISDN (E.164).</param>
/// <param name="Text">Digits without <c>+</c>, or a name; at most 20 characters.</param>
public readonly record struct SmppAddress(byte TypeOfNumber, byte NumberingPlan, string? Text)
{
    /// <summary>source_addr's and destination_addr's size, NUL included (§4.4.1).</summary>
    public const int MostText = 21;

    /// <summary>From what people write: <c>+4912345</c> is international, digits alone are what the centre makes of them, all else is a name.</summary>
    /// <param name="text">At most 20 characters of ASCII, not counting <c>+</c>.</param>
    /// <param name="address">The address.</param>
    public static bool TryParse(string? text, out SmppAddress address)
    {
        address = default;
        if (string.IsNullOrEmpty(text)) return false;
        string digits = text[0] == '+' ? text[1..] : text;
        if (digits.Length is 0 or >= MostText || digits.AsSpan().ContainsAnyExceptInRange('!', '~')) return false;
        bool isNumber = !digits.AsSpan().ContainsAnyExceptInRange('0', '9');
        if (!isNumber && text[0] == '+') return false;
        address = isNumber ? new SmppAddress((byte)(text[0] == '+' ? 1 : 0), 1, digits) : new SmppAddress(5, 0, text);
        return true;
    }

    /// <summary>As <see cref="TryParse"/> reads it; some centres write the <c>+</c> themselves.</summary>
    public override string ToString() => (TypeOfNumber == 1 && Text?.StartsWith('+') != true ? "+" : "") + Text;

    internal int Length => 2 + (Text?.Length ?? 0) + 1;
}
