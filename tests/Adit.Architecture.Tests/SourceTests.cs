using System.Text.RegularExpressions;

namespace Adit.Architecture.Tests;

/// <summary>The rules of docs/ARCHITECTURE.md over sources.</summary>
public sealed partial class SourceTests
{
    private static readonly string Root = ProjectReferenceTests.FindRoot();
    private static readonly string[] Sources = [.. Files("src"), .. Files("tests")];

    [Fact]
    public void NamespacesAreFolders()
    {
        var wrong = new List<string>();
        foreach (string file in Sources)
        {
            if (Declared().Match(File.ReadAllText(file)) is not { Success: true } match) continue;
            string[] parts = Path.GetRelativePath(Root, file).Split('/');
            string expected = string.Join('.', parts[1..^1]);
            if (match.Groups[1].Value != expected) wrong.Add($"{Path.GetRelativePath(Root, file)}: expected namespace {expected}, got {match.Groups[1].Value}");
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void NoFolderIsADrawerForOddsAndEnds() =>
        Assert.DoesNotContain(
            Sources.SelectMany(file => Path.GetRelativePath(Root, file).Split('/')[..^1]).Distinct(),
            folder => folder is "Internal" or "Utils" or "Util" or "Common" or "Helpers" or "Misc");

    [Fact]
    public void OnlyPlatform_ImportsNativeCode() =>
        Assert.DoesNotContain(Files("src"), file => !file.Contains("/src/Adit.Platform/", StringComparison.Ordinal) && NativeImport().IsMatch(File.ReadAllText(file)));

    [Fact]
    public void Wire_KnowsNoInputOutputClockOrChance() =>
        Assert.DoesNotContain(Files("src/Adit.Wire"), file => Impure().IsMatch(WithoutComments(File.ReadAllText(file))));

    [Fact]
    public void NothingIsMadeByReflection() =>
        Assert.DoesNotContain(Files("src"), file => Reflection().IsMatch(WithoutComments(File.ReadAllText(file))));

    [Fact]
    public void NoFileIsTooLong() =>
        Assert.Empty(Sources.Where(file => File.ReadLines(file).Count() > 800).Select(file => Path.GetRelativePath(Root, file)));

    private static string[] Files(string folder) =>
        [.. Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))];

    private static string WithoutComments(string source) => Comment().Replace(source, "");

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Declared();

    [GeneratedRegex(@"\[(LibraryImport|DllImport)\b")]
    private static partial Regex NativeImport();

    [GeneratedRegex(@"\b(Socket|Task|ValueTask|Thread|File|DateTime|DateTimeOffset|TimeProvider|Stopwatch|Random|RandomNumberGenerator)\b\s*[.<(]")]
    private static partial Regex Impure();

    [GeneratedRegex(@"\bActivator\.|\bAssembly\.(Load|GetTypes)|\.GetTypes\(\)|Type\.GetType\(")]
    private static partial Regex Reflection();

    [GeneratedRegex(@"//.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();
}
