namespace Adit.Gateway.Configuration.Yaml;

/// <summary>One known key of a mapping: how its value becomes part of the options, and how it is written back.</summary>
/// <param name="Name">The word.</param>
/// <param name="Read">The options with the value in them; throws <see cref="YamlFault"/>.</param>
/// <param name="Write">The value as a tree of strings, bools, ints, lists and lists of pairs; null where there is nothing to write.</param>
internal sealed record YamlKey<T>(string Name, Func<T, YamlNode, T> Read, Func<T, object?> Write)
{
    /// <summary>A word that the documentation fixes and that a later version fills.</summary>
    public static YamlKey<T> NotThereYet(string name) =>
        new(name, (_, node) => throw new YamlFault(node.At, $"{name} is not there yet in this version"), _ => null);
}
