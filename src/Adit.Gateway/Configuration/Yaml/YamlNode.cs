namespace Adit.Gateway.Configuration.Yaml;

/// <summary>A node of a configuration: its place, and the path of keys that leads to it.</summary>
internal abstract record YamlNode(SourcePosition At)
{
    /// <summary>What the node is, for a message: <c>'text'</c>, <c>a list</c>, <c>a mapping</c>, <c>nothing</c>.</summary>
    public abstract string Described { get; }
}
