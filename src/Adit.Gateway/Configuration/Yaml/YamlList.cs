namespace Adit.Gateway.Configuration.Yaml;

/// <summary>A list.</summary>
internal sealed record YamlList(SourcePosition At, IReadOnlyList<YamlNode> Items) : YamlNode(At)
{
    /// <inheritdoc/>
    public override string Described => "a list";
}
