using System.Globalization;
using Adit.Bench.Http;
using Adit.Bench.Load;
using Adit.Bench.Ssh;
using Adit.TestKit.Peers;

namespace Adit.Bench;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        try
        {
            switch (args)
            {
                case ["load-server"]:
                    LoadServer.Run();
                    return 0;
                case ["load-client", string kind, string port, string amount, string parallel]:
                    LoadResult result = LoadClient.Run(kind, int.Parse(port), long.Parse(amount), int.Parse(parallel));
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Count} {result.Seconds:R}"));
                    return 0;
                case ["delay-relay", string target, string oneWay]:
                    DelayRelay.Run(int.Parse(target), int.Parse(oneWay));
                    return 0;
                case ["idle-load", string port, string count]:
                    IdleLoad.Run(int.Parse(port), int.Parse(count));
                    return 0;
                case ["echo-load", string port, string bulk, string echoes]:
                    EchoLoad.Run(int.Parse(port), int.Parse(bulk), int.Parse(echoes));
                    return 0;
                case ["ssh", .. string[] options] when BenchOptions.TryParse(options, out BenchOptions? parsed):
                    await SshBench.RunAsync(parsed);
                    return 0;
                case ["http", .. string[] options] when BenchOptions.TryParse(options, out BenchOptions? parsed):
                    await HttpBench.RunAsync(parsed);
                    return 0;
                default:
                    await Console.Error.WriteLineAsync("bench: expected ssh [--runs N] [--quick] [--only forwards|path|connections|echo|idle], or http [--runs N] [--quick]");
                    return 2;
            }
        }
        catch (PeerFailureException e)
        {
            await Console.Error.WriteLineAsync($"bench: {e.Message}");
            return 1;
        }
    }
}
