namespace Adit.Carriers.Dns;

/// <summary>For how long a server holds the queries of one path when it has nothing to say: longer with each hold that went well, half as long once a resolver asked again.</summary>
/// <remarks>A client expects half as long again as the longest hold that it has seen; so must it grow from holds that were, and not by their number. Times are in microseconds.</remarks>
public sealed class DnsHoldTime
{
    /// <summary>Ours: the hold to begin with, and the least. Every resolver that was measured waits for longer.</summary>
    public const long Least = 100_000;

    /// <summary>Ours: the longest. Resolvers give up on slow servers from about 1.5 s.</summary>
    public const long Most = 1_000_000;

    /// <summary>The hold for the next query.</summary>
    public long Current { get; private set; } = Least;

    /// <summary>A hold ended without its query being repeated.</summary>
    /// <param name="held">How long it was.</param>
    public void OnClean(long held) => Current = Math.Max(Current, Math.Min(Most, held * 3 / 2));

    /// <summary>A query was repeated while it was held.</summary>
    /// <param name="held">For how long it had been held.</param>
    public void OnRepeated(long held) => Current = Math.Max(Least, Math.Min(Current, held) / 2);
}
