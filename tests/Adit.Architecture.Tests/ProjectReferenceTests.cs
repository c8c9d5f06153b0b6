using System.Xml.Linq;

namespace Adit.Architecture.Tests;

/// <summary>The rules of docs/ARCHITECTURE.md over project references.</summary>
public sealed class ProjectReferenceTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Adit.Wire"] = [],
        ["Adit.Platform"] = [],
        ["Adit.Core"] = ["Adit.Wire", "Adit.Platform"],
        ["Adit.Ssh"] = ["Adit.Core", "Adit.Wire", "Adit.Platform"],
        ["Adit.Proxies"] = ["Adit.Core", "Adit.Wire", "Adit.Platform"],
        ["Adit.Carriers"] = ["Adit.Core", "Adit.Wire", "Adit.Platform"],
        ["Adit.Links"] = ["Adit.Core", "Adit.Wire", "Adit.Platform"],
        ["Adit.Gateway"] = ["Adit.Ssh", "Adit.Proxies", "Adit.Carriers", "Adit.Links", "Adit.Core", "Adit.Wire", "Adit.Platform"],
        ["Adit.Cli"] = ["Adit.Gateway"],
    };

    [Fact]
    public void EachProject_ReferencesOnlyWhatItsLayerMay()
    {
        string root = FindRoot();
        string[] projects = Directory.GetFiles(Path.Combine(root, "src"), "*.csproj", SearchOption.AllDirectories);
        Assert.Equal(Allowed.Keys.Order(), projects.Select(p => Path.GetFileNameWithoutExtension(p)).Order());
        foreach (string project in projects)
        {
            string name = Path.GetFileNameWithoutExtension(project);
            IEnumerable<string> references = XDocument.Load(project).Descendants("ProjectReference")
                .Select(r => Path.GetFileNameWithoutExtension((string)r.Attribute("Include")!));
            Assert.All(references, r => Assert.Contains(r, Allowed[name]));
        }
    }

    internal static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Adit.slnx"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("Adit.slnx is in no folder above the tests");
    }
}
