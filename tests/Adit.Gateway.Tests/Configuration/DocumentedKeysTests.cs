using Adit.Gateway.Configuration;
using Adit.Gateway.Configuration.Yaml;

namespace Adit.Gateway.Tests.Configuration;

/// <summary>docs/CONFIGURATION.md names every key, and its example is one that works.</summary>
public sealed class DocumentedKeysTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(FindRoot(), "docs/CONFIGURATION.md"));

    [Fact]
    public void EveryKey_IsThere()
    {
        var reader = new MappingReader("");
        string[] keys =
        [
            .. ConfigurationFile.Parts(reader).Select(k => k.Name), .. GatewayKeys.Table(reader).Select(k => k.Name), .. ForwardKeys.Table.Select(k => k.Name), .. ProxyKeys.Table.Select(k => k.Name), .. LinkKeys.Table.Select(k => k.Name),
        ];
        string[] rows = [.. Page.Split('\n').Where(l => l.StartsWith("| `", StringComparison.Ordinal)).Select(l => l.Split('|')[1])];
        Assert.All(keys, key => Assert.Contains(rows, row => row.Contains($"`{key}`", StringComparison.Ordinal)));
    }

    [Fact]
    public void Example_IsInOrder()
    {
        string example = Page.Split("```yaml\n")[1].Split("```")[0];
        (AditConfiguration configuration, IReadOnlyList<ConfigurationProblem> problems) = ConfigurationFile.Parse(example, "example");
        Assert.Empty(problems);
        Assert.Equal((4, 2, 1), (configuration.Forwards.Count, configuration.Proxies.Count, configuration.Links.Count));
        string written = ConfigurationWriter.Write(configuration);
        Assert.Equal(written, ConfigurationWriter.Write(ConfigurationFile.Parse(written, "written").Configuration));
    }

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Adit.slnx"))) folder = Path.GetDirectoryName(folder);
        return folder!;
    }
}
