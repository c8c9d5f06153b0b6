namespace Adit.Gateway.Composition;

/// <summary>A file that a section reads.</summary>
/// <param name="Key">The word that names it.</param>
/// <param name="Path">Where it is, <c>~</c> expanded.</param>
/// <param name="IsSecret">Whether nobody else should read it.</param>
public sealed record SectionFile(string Key, string Path, bool IsSecret);
