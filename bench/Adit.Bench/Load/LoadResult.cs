namespace Adit.Bench.Load;

/// <summary>What a load client did: octets moved or channels opened, and how long it took.</summary>
internal sealed record LoadResult(long Count, double Seconds);
