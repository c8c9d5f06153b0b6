using Adit.Gateway.Configuration.Yaml;

namespace Adit.Gateway.Planning;

/// <summary>Something that works and that a person should know.</summary>
/// <param name="Path">The key it is about.</param>
/// <param name="At">Where that stands in the file.</param>
/// <param name="Message">What it is.</param>
public sealed record PlanWarning(string Path, SourcePosition At, string Message);
