using System.Diagnostics;
using Adit.Fuzz;
using Adit.TestKit.Codecs;

// Exit codes: 0 nothing found, 1 a target failed, 2 the command line.
const int InputsPerRound = 20_000;

IReadOnlyList<FuzzTarget> all = [.. SshTargets.All, .. MuxCodecCases.Targets, .. SocksTargets.All, .. HttpTargets.All, .. HttpProxyTargets.All, .. KeyTargets.All, .. LinkTargets.All, .. LifelineTargets.All, .. DnsTargets.All, .. MqttTargets.All, .. SmsTargets.All];
if (FuzzOptions.TryParse(args, out string reason) is not { } options)
{
    Console.Error.WriteLine($"fuzz: {reason}\n{FuzzOptions.Usage}");
    return 2;
}

string? unknown = options.Targets.FirstOrDefault(t => all.All(a => a.Name != t));
if (unknown is not null)
{
    Console.Error.WriteLine($"fuzz: target: expected one of --list, got {unknown}");
    return 2;
}

FuzzTarget[] targets = [.. all.Where(a => options.Targets.Count == 0 || options.Targets.Contains(a.Name))];
if (options.List)
{
    foreach (FuzzTarget target in targets) Console.WriteLine(target.Name);
    return 0;
}

if (options.Reproduce is { } file)
{
    targets[0].Body(File.ReadAllBytes(file));
    Console.WriteLine($"{targets[0].Name}: survived {file}");
    return 0;
}

Console.WriteLine($"seed {options.Seed}, {options.Seconds} s, {targets.Length} targets");
var watch = Stopwatch.StartNew();
long inputs = 0;
int seed = options.Seed;

// Rounds over all the targets, each with the next seed, so that every target gets its share of any time.
do
{
    foreach (FuzzTarget target in targets)
    {
        try
        {
            MutationRunner.Run(target, seed, InputsPerRound);
        }
        catch (MutationFailureException failure)
        {
            string path = Path.GetFullPath($"fuzz-{target.Name}-{seed}.bin");
            File.WriteAllBytes(path, failure.Input);
            Console.Error.WriteLine(failure.Message);
            Console.Error.WriteLine(failure.InnerException?.StackTrace);
            Console.Error.WriteLine($"reproduce: dotnet run -c Release --project fuzz/Adit.Fuzz -- --reproduce {path} {target.Name}");
            return 1;
        }

        inputs += InputsPerRound;
        if (watch.Elapsed.TotalSeconds >= options.Seconds) break;
    }

    seed = unchecked(seed + 1) & int.MaxValue;
}
while (watch.Elapsed.TotalSeconds < options.Seconds);

Console.WriteLine($"{inputs} inputs in {watch.Elapsed.TotalSeconds:F0} s, nothing found");
return 0;
