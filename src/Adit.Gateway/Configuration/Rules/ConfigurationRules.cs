using Adit.Gateway.Configuration.Yaml;

namespace Adit.Gateway.Configuration.Rules;

/// <summary>The rules across keys, one validator each, in one explicit list.</summary>
internal static class ConfigurationRules
{
    private static readonly IConfigurationRule[] All =
    [
        new ListenOnceRule(), new PenaltyBoundsRule(), new TerminalNeedsProgramRule(), new ForwardIsCompleteRule(), new ForwardPortsRule(), new HopOrderRule(), new ForwardListenOnceRule(),
    ];

    /// <summary>Applies them all.</summary>
    public static void Check(AditConfiguration configuration, MappingReader reader)
    {
        foreach (IConfigurationRule rule in All)
            foreach ((string path, string message) in rule.Check(configuration))
                reader.Note(reader.PlaceOf(path), $"{path}: {message}");
    }
}
