using System.Diagnostics.CodeAnalysis;

namespace Adit.Bench;

/// <summary>How often and how much to measure.</summary>
/// <param name="Runs">Rounds; each measures everything once, so that a slow moment of the machine meets all alike. The median counts.</param>
/// <param name="BulkOctets">The size of a bulk transfer.</param>
/// <param name="ChannelMilliseconds">How long new channels are opened for one figure.</param>
internal sealed record BenchOptions(int Runs, long BulkOctets, int ChannelMilliseconds)
{
    public static bool TryParse(string[] args, [NotNullWhen(true)] out BenchOptions? options)
    {
        options = null;
        int? runs = null;
        bool quick = false;
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] == "--quick") quick = true;
            else if (args[i] == "--runs" && i + 1 < args.Length && int.TryParse(args[++i], out int n) && n > 0) runs = n;
            else return false;
        }

        options = quick ? new BenchOptions(runs ?? 1, 64 << 20, 500) : new BenchOptions(runs ?? 5, 512 << 20, 2000);
        return true;
    }
}
