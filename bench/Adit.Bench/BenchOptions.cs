using System.Diagnostics.CodeAnalysis;

namespace Adit.Bench;

/// <summary>How often and how much to measure.</summary>
/// <param name="Runs">Rounds; each measures everything once, so that a slow moment of the machine meets all alike. The median counts.</param>
/// <param name="BulkOctets">The size of a bulk transfer.</param>
/// <param name="ChannelMilliseconds">How long new channels are opened for one figure.</param>
/// <param name="Connections">Whole connections for one figure.</param>
/// <param name="Echoes">Round trips for one figure.</param>
/// <param name="IdleConnections">Idle connections held.</param>
internal sealed record BenchOptions(int Runs, long BulkOctets, int ChannelMilliseconds, int Connections, int Echoes, int IdleConnections)
{
    /// <summary>The one part to measure; null for all.</summary>
    public string? Only { get; init; }

    /// <summary>How long one stream through a packet link runs.</summary>
    public double LinkSeconds => BulkOctets < 512 << 20 ? 1 : 3;

    /// <summary>Whether a part is to be measured.</summary>
    public bool Wants(string part) => Only is null || Only == part;

    public static bool TryParse(string[] args, [NotNullWhen(true)] out BenchOptions? options, params string[] parts)
    {
        options = null;
        int? runs = null;
        bool quick = false;
        string? only = null;
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] == "--quick") quick = true;
            else if (args[i] == "--runs" && i + 1 < args.Length && int.TryParse(args[++i], out int n) && n > 0) runs = n;
            else if (args[i] == "--only" && i + 1 < args.Length && parts.Contains(args[i + 1])) only = args[++i];
            else return false;
        }

        options = (quick ? new BenchOptions(runs ?? 1, 64 << 20, 500, 3, 200, 500) : new BenchOptions(runs ?? 5, 512 << 20, 2000, 20, 1000, 5000)) with { Only = only };
        return true;
    }
}
