using Adit.Gateway.Configuration.Yaml;

namespace Adit.Gateway.Configuration;

/// <summary>One thing that is wrong in a configuration.</summary>
/// <param name="File">The file, as it was named.</param>
/// <param name="At">Where in it.</param>
/// <param name="Message">What is wrong: <c>key: expected …, got …</c>.</param>
public sealed record ConfigurationProblem(string File, SourcePosition At, string Message)
{
    /// <summary><c>FILE:LINE:COLUMN: message</c>.</summary>
    public override string ToString() => $"{File}:{At}: {Message}";
}
