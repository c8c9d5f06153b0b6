using System.Text;
using Adit.Core;
using Adit.Gateway.Configuration.Rules;
using Adit.Gateway.Configuration.Yaml;

namespace Adit.Gateway.Configuration;

/// <summary>Reads configuration files. Every problem has its line and column; all of them are told, not the first only.</summary>
public static class ConfigurationFile
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; <c>-</c> is standard input.</param>
    /// <exception cref="TunnelException"><see cref="TunnelError.BadConfiguration"/>: it cannot be read, or something in it is wrong; the message names the first problem.</exception>
    public static AditConfiguration Load(string path)
    {
        (AditConfiguration configuration, IReadOnlyList<ConfigurationProblem> problems) = Check(path);
        if (problems.Count == 0) return configuration;
        string more = problems.Count == 1 ? "" : $" (and {problems.Count - 1} more; adit check tells all)";
        throw new TunnelException(TunnelError.BadConfiguration, problems[0] + more);
    }

    /// <summary>Reads a file and tells all that is wrong in it.</summary>
    /// <param name="path">The file; <c>-</c> is standard input.</param>
    /// <exception cref="TunnelException"><see cref="TunnelError.BadConfiguration"/>: the file cannot be read.</exception>
    public static (AditConfiguration Configuration, IReadOnlyList<ConfigurationProblem> Problems) Check(string path)
    {
        (AditConfiguration configuration, MappingReader reader) = Read(path);
        return (configuration, reader.Problems);
    }

    /// <summary>The same, with what knows where each key stands.</summary>
    internal static (AditConfiguration Configuration, MappingReader Reader) Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return ParseWithPlaces(ReadBounded(path), path == "-" ? "standard input" : path);
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The YAML.</param>
    /// <param name="file">The name for messages.</param>
    /// <returns>What was understood, and what is wrong. Never throws on input.</returns>
    public static (AditConfiguration Configuration, IReadOnlyList<ConfigurationProblem> Problems) Parse(string text, string file)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(file);
        (AditConfiguration configuration, MappingReader reader) = ParseWithPlaces(text, file);
        return (configuration, reader.Problems);
    }

    private static (AditConfiguration Configuration, MappingReader Reader) ParseWithPlaces(string text, string file)
    {
        var reader = new MappingReader(file);
        var configuration = new AditConfiguration();
        try
        {
            YamlNode? root = YamlTree.Read(text);
            if (root is not null) configuration = reader.Read(root, "", configuration, Parts(reader));
        }
        catch (YamlFault fault)
        {
            reader.Note(fault.At, fault.Message);
        }

        // Rules across keys make sense only where each key does.
        if (reader.Problems.Count == 0) ConfigurationRules.Check(configuration, reader);
        return (configuration, reader);
    }

    /// <summary>The top-level keys.</summary>
    internal static IReadOnlyList<YamlKey<AditConfiguration>> Parts(MappingReader reader) =>
    [
        new("state", (c, n) => c with { State = n.Path() }, c => c.State),
        new("ssh-config", (c, n) => c with { SshConfig = n.Path() }, c => c.SshConfig),
        new(
            "gateway",
            (c, n) => c with { Gateway = reader.Read(n, "gateway", new GatewayConfiguration(), GatewayKeys.Table(reader)) },
            c => c.Gateway is null ? null : ConfigurationWriter.Pairs(c.Gateway, GatewayKeys.Table(reader))),
        new(
            "carriers",
            (c, n) => c with { Carriers = Carriers(reader, n) },
            c => c.Carriers.Count == 0 ? null : c.Carriers.Select(f => (object)ConfigurationWriter.Pairs(f, CarriersKeys.Table)).ToList()),
        new(
            "forwards",
            (c, n) => c with { Forwards = Forwards(reader, n) },
            c => c.Forwards.Count == 0 ? null : c.Forwards.Select(f => (object)ConfigurationWriter.Pairs(f, ForwardKeys.Table)).ToList()),
        new(
            "proxies",
            (c, n) => c with { Proxies = Proxies(reader, n) },
            c => c.Proxies.Count == 0 ? null : c.Proxies.Select(p => (object)ConfigurationWriter.Pairs(p, ProxyKeys.Table)).ToList()),
        new(
            "links",
            (c, n) => c with { Links = Links(reader, n) },
            c => c.Links.Count == 0 ? null : c.Links.Select(l => (object)ConfigurationWriter.Pairs(l, LinkKeys.Table)).ToList()),
    ];

    private static List<CarriersConfiguration> Carriers(MappingReader reader, YamlNode node)
    {
        if (node is not YamlList list) throw node.Fault("a list of carriers, each with name and hops");
        return [.. list.Items.Select((item, i) => reader.Read(item, $"carriers[{i}]", new CarriersConfiguration(), CarriersKeys.Table))];
    }

    private static List<ForwardConfiguration> Forwards(MappingReader reader, YamlNode node)
    {
        if (node is not YamlList list) throw node.Fault("a list of forwards");
        return [.. list.Items.Select((item, i) => reader.Read(item, $"forwards[{i}]", new ForwardConfiguration(), ForwardKeys.Table))];
    }

    private static List<ProxyConfiguration> Proxies(MappingReader reader, YamlNode node)
    {
        if (node is not YamlList list) throw node.Fault("a list of proxies");
        return [.. list.Items.Select((item, i) => reader.Read(item, $"proxies[{i}]", new ProxyConfiguration(), ProxyKeys.Table))];
    }

    private static List<LinkConfiguration> Links(MappingReader reader, YamlNode node)
    {
        if (node is not YamlList list) throw node.Fault("a list of links");
        return [.. list.Items.Select((item, i) => reader.Read(item, $"links[{i}]", new LinkConfiguration(), LinkKeys.Table))];
    }

    private static string ReadBounded(string path)
    {
        try
        {
            using Stream stream = path == "-" ? Console.OpenStandardInput() : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 4096);
            using var reader = new StreamReader(stream, new UTF8Encoding(false, throwOnInvalidBytes: true));
            char[] buffer = new char[YamlTree.LongestText + 1];
            int length = reader.ReadBlock(buffer, 0, buffer.Length);
            return new string(buffer, 0, length);
        }
        catch (DecoderFallbackException e)
        {
            throw new TunnelException(TunnelError.BadConfiguration, $"{path}: expected UTF-8 text", inner: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string what = e is FileNotFoundException or DirectoryNotFoundException ? "no such file" : Directory.Exists(path) ? "expected a file, got a folder" : e.Message;
            throw new TunnelException(TunnelError.BadConfiguration, $"{path}: cannot read the configuration: {what}", inner: e);
        }
    }
}
