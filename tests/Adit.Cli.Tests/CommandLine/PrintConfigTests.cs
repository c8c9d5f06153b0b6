using System.CommandLine;
using Adit.Cli.CommandLine;
using Adit.Gateway.Configuration;
using Adit.TestKit.Peers;

namespace Adit.Cli.Tests.CommandLine;

/// <summary>What a command line means can be written down and run from a file.</summary>
public sealed class PrintConfigTests
{
    public static TheoryData<string> Examples
    {
        get
        {
            var data = new TheoryData<string>();
            foreach (Verb verb in AditCommand.Create().Subcommands.OfType<Verb>().Where(v => v.Options.Any(o => o.Name == "--print-config")))
                foreach (string example in verb.Examples) data.Add(example);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Example_IsPrinted_AndMeansTheSame(string example)
    {
        using var folder = new PeerFolder("print-config");
        string file = folder["adit.yaml"];
        await File.WriteAllTextAsync(file, "gateway: {listen: tcp://127.0.0.1:2222, exec: true}\nforwards:\n- {listen: 5353/udp, target: dns:53/udp, via: [ssh://me@gw]}\n", TestContext.Current.CancellationToken);
        string[] arguments = [.. Words(example).Skip(1).Where(a => a is not ("--print-config" or "--print-nft")).Select(a => a == "adit.yaml" || a.EndsWith("/adit.yaml", StringComparison.Ordinal) ? file : a)];

        string printed = await PrintAsync([.. arguments, "--print-config"]);

        (AditConfiguration configuration, IReadOnlyList<ConfigurationProblem> problems) = ConfigurationFile.Parse(printed, "printed");
        Assert.Empty(problems);
        Assert.Empty(configuration.Faults);
        Assert.Equal(printed, ConfigurationWriter.Write(configuration));
        await File.WriteAllTextAsync(file, printed, TestContext.Current.CancellationToken);
        Assert.Equal(printed, await PrintAsync(["check", "--print-config", file]));
    }

    [Fact]
    public async Task OptionsOfForward_AreAllPrinted()
    {
        string printed = await PrintAsync("forward", "8000-8001=db:1-2", "unix:/a=9", "-F", "none", "--state", "/s", "--via", "connect://u:p@h:1?timeout=3", "--via", "tls://x:2?pin=sha256:abc,sha256:d&ca=/a b", "--print-config");
        (AditConfiguration configuration, IReadOnlyList<ConfigurationProblem> problems) = ConfigurationFile.Parse(printed.Replace("***", "p", StringComparison.Ordinal), "printed");
        Assert.Empty(problems);
        Assert.Equal(("/s", "none"), (configuration.State, configuration.SshConfig));
        Assert.Equal(["8000-8001 db:1-2", "unix:/a localhost:9"], configuration.Forwards.Select(f => $"{f.Listen} {f.Target}"));
        Assert.Equal("p", configuration.Forwards[1].Via[0].Password);
        Assert.Equal("/a b", configuration.Forwards[1].Via[1].Query["ca"]);
    }

    private static async Task<string> PrintAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        Assert.Equal((0, ""), (await AditCommand.InvokeAsync(arguments, output, error), error.ToString()));
        return output.ToString();
    }

    // As a shell would, for what examples hold: spaces and single quotes.
    private static List<string> Words(string line)
    {
        var words = new List<string> { "" };
        bool quoted = false;
        foreach (char c in line)
        {
            if (c == '\'') quoted = !quoted;
            else if (c == ' ' && !quoted) words.Add("");
            else words[^1] += c;
        }

        return words;
    }
}
