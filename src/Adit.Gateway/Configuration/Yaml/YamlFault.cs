namespace Adit.Gateway.Configuration.Yaml;

/// <summary>Something is wrong at one place of a configuration. Never leaves <see cref="ConfigurationFile"/>, which collects them.</summary>
internal sealed class YamlFault(SourcePosition at, string message) : Exception(message)
{
    public SourcePosition At { get; } = at;
}
