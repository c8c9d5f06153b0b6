namespace Adit.Gateway.Configuration.Yaml;

/// <summary>One value, as it was written. A plain (unquoted) empty one, <c>~</c> or <c>null</c> says nothing.</summary>
internal sealed record YamlScalar(SourcePosition At, string Text, bool IsPlain) : YamlNode(At)
{
    private const int LongestShown = 64;

    /// <summary>Whether it says nothing.</summary>
    public bool IsNull => IsPlain && Text is "" or "~" or "null";

    /// <inheritdoc/>
    public override string Described => IsNull ? "nothing" : $"'{(Text.Length <= LongestShown ? Text : Text[..LongestShown] + "…")}'";
}
