namespace Adit.Gateway.Configuration.Yaml;

/// <summary>A place in a text, both counted from 1.</summary>
/// <param name="Line">The line.</param>
/// <param name="Column">The column, in characters.</param>
public readonly record struct SourcePosition(long Line, long Column)
{
    /// <summary>The start of the text.</summary>
    public static SourcePosition Start { get; } = new(1, 1);

    /// <inheritdoc/>
    public override string ToString() => $"{Line}:{Column}";
}
