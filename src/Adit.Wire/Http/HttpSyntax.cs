using System.Buffers;

namespace Adit.Wire.Http;

/// <summary>The character classes of RFC 9110 §5.5, §5.6.2 and RFC 9112 §3.</summary>
internal static class HttpSyntax
{
    private const string TokenCharacters = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private static readonly SearchValues<byte> TokenOctets = SearchValues.Create([.. TokenCharacters.Select(c => (byte)c)]);
    private static readonly SearchValues<char> TokenLetters = SearchValues.Create(TokenCharacters);

    // RFC 9110 §5.5: CR, LF and NUL are dangerous; the other controls are invalid too.
    private static readonly SearchValues<byte> ForbiddenInValue = SearchValues.Create([.. Enumerable.Range(0, 32).Where(i => i != '\t').Append(127).Select(i => (byte)i)]);
    private static readonly SearchValues<char> AllowedInValue = SearchValues.Create([.. Enumerable.Range(32, 95).Append('\t').Concat(Enumerable.Range(128, 128)).Select(i => (char)i)]);
    private static readonly SearchValues<byte> VisibleOctets = SearchValues.Create([.. Enumerable.Range(33, 94).Select(i => (byte)i)]);
    private static readonly SearchValues<char> VisibleLetters = SearchValues.Create([.. Enumerable.Range(33, 94).Select(i => (char)i)]);

    public static bool IsToken(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExcept(TokenOctets);

    public static bool IsToken(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExcept(TokenLetters);

    /// <summary>Whether the octets may stand in a field's value or a reason phrase; octets from 128 on are opaque (obs-text).</summary>
    public static bool IsValue(ReadOnlySpan<byte> text) => !text.ContainsAny(ForbiddenInValue);

    /// <summary>Whether a value can be written: without controls, and without white space at its ends.</summary>
    public static bool IsValue(ReadOnlySpan<char> text) =>
        !text.ContainsAnyExcept(AllowedInValue) && (text.IsEmpty || (text[0] is not (' ' or '\t') && text[^1] is not (' ' or '\t')));

    /// <summary>Visible US-ASCII only, which every form of a request target is.</summary>
    public static bool IsTarget(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExcept(VisibleOctets);

    /// <inheritdoc cref="IsTarget(ReadOnlySpan{byte})"/>
    public static bool IsTarget(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExcept(VisibleLetters);
}
