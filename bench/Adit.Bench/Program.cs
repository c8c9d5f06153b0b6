using System.Globalization;
using System.Net;
using Adit.Bench.Dns;
using Adit.Bench.Http;
using Adit.Bench.Links;
using Adit.Bench.Load;
using Adit.Bench.Mqtt;
using Adit.Bench.Proxies;
using Adit.Bench.Sms;
using Adit.Bench.Soak;
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
                    LoadServer.Run(IPAddress.Loopback);
                    return 0;
                case ["load-server", "any"]:
                    LoadServer.Run(IPAddress.Any);
                    return 0;
                case ["dns-tunnel-load", string place, string kind, string amount, string seconds]:
                    TunnelLoad.Run(IPEndPoint.Parse(place), kind, long.Parse(amount), int.Parse(seconds));
                    return 0;
                case ["load-client", string kind, string path, string amount, string parallel]:
                    LoadResult result = LoadClient.Run(kind, LoadPath.Parse(path), long.Parse(amount), int.Parse(parallel));
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Count} {result.Seconds:R}"));
                    return 0;
                case ["delay-relay", string target, string oneWay]:
                    DelayRelay.Run(int.Parse(target), int.Parse(oneWay));
                    return 0;
                case ["idle-load", string path, string count]:
                    IdleLoad.Run(LoadPath.Parse(path), int.Parse(count));
                    return 0;
                case ["echo-load", string path, string bulk, string echoes]:
                    EchoLoad.Run(LoadPath.Parse(path), int.Parse(bulk), int.Parse(echoes));
                    return 0;
                case ["dns-server", string address]:
                    RawDns.Serve(address);
                    return 0;
                case ["dns-load", string resolvers, string kind, string amount, string jumbo]:
                    await RawDns.LoadAsync(resolvers, kind, long.Parse(amount), jumbo == "jumbo");
                    return 0;
                case ["dns-site", string loss]:
                    await using (ResolverSite site = await ResolverSite.StartAsync(double.Parse(loss, CultureInfo.InvariantCulture)))
                    {
                        Console.WriteLine($"{site.ClientSide.Name} {site.ResolverSide.Name} {site.ServerSide.Name}");
                        await Console.In.ReadLineAsync();
                    }

                    return 0;
                case ["ssh", .. string[] options] when BenchOptions.TryParse(options, out BenchOptions? parsed, "forwards", "path", "connections", "echo", "idle"):
                    await SshBench.RunAsync(parsed);
                    return 0;
                case ["proxy", .. string[] options] when BenchOptions.TryParse(options, out BenchOptions? parsed, "relay", "socks", "connect", "idle"):
                    await ProxyBench.RunAsync(parsed);
                    return 0;
                case ["http", .. string[] options] when BenchOptions.TryParse(options, out BenchOptions? parsed, "rungs", "lifeline"):
                    await HttpBench.RunAsync(parsed);
                    return 0;
                case ["mqtt-end", string role, string broker, string secret, string port]:
                    await MqttEnd.RunAsync(role, int.Parse(broker), secret, int.Parse(port));
                    return 0;
                case ["mqtt", .. string[] options] when BenchOptions.TryParse(options, out BenchOptions? parsed):
                    await MqttBench.RunAsync(parsed);
                    return 0;
                case ["dns", .. string[] options] when BenchOptions.TryParse(options, out BenchOptions? parsed, "unbound", "bind", "loss", "limit", "rivals"):
                    await DnsBench.RunAsync(parsed);
                    return 0;
                case ["sms", .. string[] options] when BenchOptions.TryParse(options, out BenchOptions? parsed):
                    await SmsBench.RunAsync(parsed);
                    return 0;
                case ["soak", .. string[] options] when SoakOptions.TryParse(options, out SoakOptions? parsed):
                    await SoakBench.RunAsync(parsed);
                    return 0;
                case ["links", .. string[] options] when BenchOptions.TryParse(options, out BenchOptions? parsed, "offloaded", "raw", "ssh", "rivals"):
                    await LinkBench.RunAsync(parsed);
                    return 0;
                default:
                    await Console.Error.WriteLineAsync("bench: expected ssh [--only forwards|path|connections|echo|idle], proxy [--only relay|socks|connect|idle], links [--only offloaded|raw|ssh|rivals], dns [--only unbound|bind|loss|limit|rivals], http, mqtt or sms, [--runs N] [--quick]; or soak [--minutes N] [--rate KILOBYTES] [--together] [--only tcp|ws|http|dns|mqtt|sms]");
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
