namespace Adit.Gateway.Configuration;

/// <summary>A record of packets: <c>FILE</c> of what the link carries, <c>outer=FILE</c> of what carries it.</summary>
/// <param name="Path">The pcapng file.</param>
/// <param name="IsOuter">Whether delivery packets are recorded, with the headers that the system gives them made anew.</param>
public sealed record LinkCapture(string Path, bool IsOuter)
{
    private const string OuterWord = "outer=";
    private const string InnerWord = "inner=";

    /// <summary>Reads one.</summary>
    /// <param name="text">The text.</param>
    public static LinkCapture Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.StartsWith(OuterWord, StringComparison.Ordinal) ? new(text[OuterWord.Length..], true)
            : new(text.StartsWith(InnerWord, StringComparison.Ordinal) ? text[InnerWord.Length..] : text, false);
    }

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public override string ToString() => IsOuter ? $"{OuterWord}{Path}" : Path;
}
