using Adit.Gateway.Configuration.Yaml;

namespace Adit.Gateway.Configuration.Rules;

/// <summary>The rules across keys, one validator each, in one explicit list.</summary>
internal static class ConfigurationRules
{
    private static readonly IConfigurationRule[] All =
    [
        new ListenOnceRule(), new CarriersRule(), new WebFilesRule(), new PenaltyBoundsRule(), new NeedsProgramRule(), new SubsystemsAreThereRule(), new AlgorithmsAreKnownRule(), new ForwardIsCompleteRule(), new ForwardPortsRule(), new HopOrderRule(), new ForwardKindRule(), new ForwardListenOnceRule(), new ProxyRule(), new TunnelRule(), new PlacesApartRule(), new LinkRule(), new LinksApartRule(),
    ];

    /// <summary>Applies them all to what was read.</summary>
    public static void Check(AditConfiguration configuration, MappingReader reader)
    {
        foreach ((string path, string message) in Check(configuration)) reader.Note(reader.PlaceOf(path), $"{path}: {message}");
    }

    /// <summary>Applies them all to a configuration, wherever it comes from.</summary>
    public static IEnumerable<(string Path, string Message)> Check(AditConfiguration configuration) => All.SelectMany(rule => rule.Check(configuration));
}
