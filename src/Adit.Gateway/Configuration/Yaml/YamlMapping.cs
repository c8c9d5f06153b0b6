namespace Adit.Gateway.Configuration.Yaml;

/// <summary>A mapping; its keys are unique, and in the order of the text.</summary>
internal sealed record YamlMapping(SourcePosition At, IReadOnlyList<(YamlScalar Key, YamlNode Value)> Entries) : YamlNode(At)
{
    /// <inheritdoc/>
    public override string Described => "a mapping";
}
