using System.Net;

namespace Adit.Gateway.Admission;

/// <summary>
/// Limits the connections of one source that are not logged in yet (PerSourceMaxStartups). Holds as many sources as there are such connections,
/// which the <see cref="StartupLimiter"/> bounds. Safe for use by many threads.
/// </summary>
/// <param name="limit">Connections of a source.</param>
/// <param name="ipv4PrefixLength">Leading bits of an IPv4 address that make a source.</param>
/// <param name="ipv6PrefixLength">Leading bits of an IPv6 address that make a source.</param>
public sealed class SourceStartups(int limit, int ipv4PrefixLength, int ipv6PrefixLength)
{
    private readonly PenaltyOptions _options = new() { IPv4PrefixLength = ipv4PrefixLength, IPv6PrefixLength = ipv6PrefixLength };
    private readonly Dictionary<PenaltySource, int> _counts = [];

    /// <summary>Connections of a source.</summary>
    public int Limit { get; } = limit;

    /// <summary>The source of an address; null where there is none.</summary>
    public PenaltySource? SourceOf(IPAddress? address) => PenaltySource.Of(address, null, _options);

    /// <summary>Lets one more connection of a source begin, or does not. Each that begins must <see cref="Leave"/> once.</summary>
    /// <param name="source">The source; null is not limited.</param>
    public bool TryEnter(PenaltySource? source)
    {
        if (source is not { } s) return true;
        lock (_counts)
        {
            int count = _counts.GetValueOrDefault(s);
            if (count >= Limit) return false;
            _counts[s] = count + 1;
            return true;
        }
    }

    /// <summary>One connection is logged in, or gone.</summary>
    public void Leave(PenaltySource? source)
    {
        if (source is not { } s) return;
        lock (_counts)
        {
            int count = _counts.GetValueOrDefault(s) - 1;
            if (count <= 0) _counts.Remove(s);
            else _counts[s] = count;
        }
    }
}
