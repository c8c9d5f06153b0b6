namespace Adit.Gateway.Planning;

/// <summary>A file that is read.</summary>
/// <param name="Key">The word that names it.</param>
/// <param name="Path">Where it is.</param>
/// <param name="State"><c>there</c>, <c>missing</c>, <c>made at the first start</c>, or what is wrong with it.</param>
public sealed record PlannedFile(string Key, string Path, string State);
