using System.Net;

namespace Adit.Ssh.Keys;

/// <summary>Lists of patterns as known_hosts and authorized_keys have them (PATTERNS in ssh_config(5)): commas between, * and ? as wildcards, ! negates.</summary>
internal static class PatternList
{
    /// <summary>What a list says of a name: a negated pattern that matches overrules every other.</summary>
    internal enum Outcome
    {
        NoMatch,
        Match,
        Negated,
    }

    /// <summary>Matches a host name, letters without case.</summary>
    internal static Outcome MatchName(string list, string name) => Match(list, pattern => IsMatch(name, pattern));

    /// <summary>Matches an address by CIDR ranges and by patterns over its text.</summary>
    internal static Outcome MatchAddress(string list, IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        string text = address.ToString();
        return Match(list, pattern => IPNetwork.TryParse(pattern, out IPNetwork network) ? network.Contains(address)
            : IPAddress.TryParse(pattern, out IPAddress? one) && pattern.ContainsAny(':', '.') ? one.Equals(address)
            : IsMatch(text, pattern));
    }

    /// <summary>Whether a whole text matches a pattern, letters without case; the time is bounded by the product of the lengths.</summary>
    internal static bool IsMatch(ReadOnlySpan<char> text, ReadOnlySpan<char> pattern)
    {
        int at = 0, patternAt = 0, star = -1, resume = 0;
        while (at < text.Length)
        {
            if (patternAt < pattern.Length && pattern[patternAt] == '*')
            {
                star = patternAt++;
                resume = at;
            }
            else if (patternAt < pattern.Length && (pattern[patternAt] == '?' || char.ToLowerInvariant(pattern[patternAt]) == char.ToLowerInvariant(text[at])))
            {
                patternAt++;
                at++;
            }
            else if (star >= 0)
            {
                patternAt = star + 1;
                at = ++resume;
            }
            else return false;
        }

        return pattern[patternAt..].TrimStart('*').IsEmpty;
    }

    private static Outcome Match(string list, Func<string, bool> matches)
    {
        Outcome outcome = Outcome.NoMatch;
        foreach (string item in list.Split(','))
        {
            bool negated = item.StartsWith('!');
            if (!matches(negated ? item[1..] : item)) continue;
            if (negated) return Outcome.Negated;
            outcome = Outcome.Match;
        }

        return outcome;
    }
}
