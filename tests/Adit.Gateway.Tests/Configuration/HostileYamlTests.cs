using System.Text;
using Adit.Gateway.Configuration;

namespace Adit.Gateway.Tests.Configuration;

public sealed class HostileYamlTests
{
    [Fact]
    public void AliasBomb_IsRefused()
    {
        var text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 9; i++) text.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        (_, var problems) = ConfigurationFile.Parse(text.ToString(), "f");
        Assert.Contains("aliases expanded", Assert.Single(problems).Message);
    }

    [Fact]
    public void NodeInsideItself_IsRefused() => Assert.Contains("no anchor", Assert.Single(ConfigurationFile.Parse("gateway: &g\n  listen: *g", "f").Problems).Message);

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    public void DeepNesting_IsRefused(string level)
    {
        (_, var problems) = ConfigurationFile.Parse(string.Concat(Enumerable.Repeat(level, 100_000)), "f");
        Assert.NotEmpty(problems);
    }

    [Fact]
    public void HugeText_IsRefused() => Assert.Contains("characters", Assert.Single(ConfigurationFile.Parse(new string('#', 5_000_000), "f").Problems).Message);

    [Fact]
    public void Problems_AreBounded()
    {
        string text = string.Concat(Enumerable.Range(0, 5000).Select(i => $"key{i}: 1\n"));
        Assert.Equal(100, ConfigurationFile.Parse(text, "f").Problems.Count);
    }

    [Fact]
    public void MutatedText_NeverThrows()
    {
        var random = new Random(20);
        const string spice = "[]{}:,-?&*!|>'\"%@`#\n\t \0~\u0001\ud800\u2028aé0";
        for (int i = 0; i < 5_000; i++)
        {
            var text = new StringBuilder(ConfigurationFileTests.Full);
            for (int n = random.Next(1, 6); n > 0; n--)
            {
                int at = random.Next(text.Length);
                switch (random.Next(4))
                {
                    case 0: text[at] = spice[random.Next(spice.Length)]; break;
                    case 1: text.Insert(at, spice[random.Next(spice.Length)]); break;
                    case 2: text.Remove(at, random.Next(1, Math.Min(20, text.Length - at + 1))); break;
                    default: text.Insert(at, text.ToString(random.Next(text.Length / 2), random.Next(text.Length / 2))); break;
                }
            }

            (AditConfiguration c, var problems) = ConfigurationFile.Parse(text.ToString(), "f");
            Assert.All(problems, p => Assert.True(p.At.Line >= 1 && p.At.Column >= 1));
            if (problems.Count == 0) Assert.NotEmpty(ConfigurationWriter.Write(c));
        }
    }
}
