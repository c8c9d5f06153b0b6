using Adit.Core;
using Adit.Gateway.Configuration;
using Adit.Gateway.Configuration.Yaml;

namespace Adit.Gateway.Planning;

/// <summary>What a configuration would do to this machine. Nothing is opened, dialled or resolved to find out; files are looked at. Immutable.</summary>
public sealed record ConfigurationPlan
{
    /// <summary>The folder of the control socket.</summary>
    public string State { get; init; } = "";

    /// <summary>The sections, in the order of the configuration.</summary>
    public IReadOnlyList<PlannedSection> Sections { get; init; } = [];

    /// <summary>What a person should know, in the order of the file.</summary>
    public IReadOnlyList<PlanWarning> Warnings { get; init; } = [];

    /// <summary>Reads a file and plans it.</summary>
    /// <param name="path">The file; <c>-</c> is standard input.</param>
    /// <param name="environment">This machine.</param>
    /// <returns>The plan, empty where something is wrong; and what is.</returns>
    /// <exception cref="TunnelException">The file cannot be read.</exception>
    public static (ConfigurationPlan Plan, IReadOnlyList<ConfigurationProblem> Problems) Read(string path, PlanEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        (AditConfiguration configuration, MappingReader reader) = ConfigurationFile.Read(path);
        if (reader.Problems.Count > 0) return (new ConfigurationPlan(), reader.Problems);
        return (Of(configuration, environment, reader.PlaceOf, path), []);
    }

    internal static ConfigurationPlan Of(AditConfiguration configuration, PlanEnvironment environment, Func<string, SourcePosition> placeOf, string? file)
    {
        PlannedSection[] sections = [.. SectionPlanner.Plan(configuration)];
        return new ConfigurationPlan
        {
            State = Gateway.State.StateFolder.Locate(configuration.State ?? configuration.Gateway?.State),
            Sections = sections,
            Warnings = [.. PlanWarnings.Of(configuration, sections, environment, file)
                .Select(w => new PlanWarning(w.Path, placeOf(w.Path), w.Message)).OrderBy(w => w.At.Line).ThenBy(w => w.At.Column)],
        };
    }
}
