using System.Runtime.InteropServices;
using Adit.TestKit.Peers;

namespace Adit.Bench;

/// <summary>One line about where figures come from.</summary>
internal static class Machine
{
    public static async Task<string> DescribeAsync()
    {
        string model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown CPU";
        string ssh = (await ProcessRunner.RunAsync("ssh", "-V")).Errors.Split(',')[0].Trim();
        return $"{model}, {Environment.ProcessorCount} cores, Linux {Environment.OSVersion.Version}, .NET {Environment.Version}, " +
            $"{RuntimeInformation.ProcessArchitecture}, {ssh}, load {File.ReadAllText("/proc/loadavg").Split(' ')[0]}";
    }
}
