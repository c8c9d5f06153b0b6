using System.Globalization;

namespace Adit.Fuzz;

/// <summary>The command line.</summary>
/// <param name="Seconds">How long to run in all.</param>
/// <param name="Seed">Where to start.</param>
/// <param name="Reproduce">A file whose octets are the only input; null to make inputs.</param>
/// <param name="Targets">Names of targets; none: all.</param>
/// <param name="List">Whether to list the targets only.</param>
internal sealed record FuzzOptions(int Seconds, int Seed, string? Reproduce, IReadOnlyList<string> Targets, bool List)
{
    public const string Usage =
        """
        usage: dotnet run -c Release --project fuzz/Adit.Fuzz -- [--seconds N] [--seed S] [target...]
               dotnet run -c Release --project fuzz/Adit.Fuzz -- --reproduce FILE target
               dotnet run -c Release --project fuzz/Adit.Fuzz -- --list
        Puts mutated inputs through everything that takes octets from a peer, 60 seconds unless told. A failing input is written to a file.
        """;

    /// <summary>Reads the command line; null with a reason when it cannot be read.</summary>
    public static FuzzOptions? TryParse(string[] args, out string reason)
    {
        (int seconds, int seed, string? reproduce, bool list) = (60, Random.Shared.Next(), null, false);
        var targets = new List<string>();
        reason = "";
        for (int i = 0; i < args.Length; i++)
        {
            string? value = i + 1 < args.Length ? args[i + 1] : null;
            switch (args[i])
            {
                case "--list":
                    list = true;
                    break;
                case "--seconds" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out seconds):
                case "--seed" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out seed):
                    i++;
                    break;
                case "--reproduce" when value is not null:
                    reproduce = value;
                    i++;
                    break;
                case "--seconds" or "--seed" or "--reproduce":
                    reason = $"{args[i]}: expected {(args[i] == "--reproduce" ? "a file" : "a number")}, got {value ?? "nothing"}";
                    return null;
                case ['-', ..]:
                    reason = $"{args[i]}: expected --seconds, --seed, --reproduce or --list";
                    return null;
                default:
                    targets.Add(args[i]);
                    break;
            }
        }

        if (reproduce is not null && targets.Count != 1)
        {
            reason = $"--reproduce: expected one target, got {targets.Count}";
            return null;
        }

        return new FuzzOptions(seconds, seed, reproduce, targets, list);
    }
}
