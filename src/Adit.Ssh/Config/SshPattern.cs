using System.Net;

namespace Adit.Ssh.Config;

/// <summary>The patterns of ssh_config(5), PATTERNS: <c>*</c> any characters, <c>?</c> one, <c>!</c> before a pattern of a list negates it.</summary>
public static class SshPattern
{
    /// <summary>Whether a text matches one pattern, case counting. Time is bounded by the product of the lengths.</summary>
    public static bool IsMatch(ReadOnlySpan<char> text, ReadOnlySpan<char> pattern) => IsMatch(text, pattern, ignoreCase: false);

    /// <summary>Whether a text matches one pattern. Time is bounded by the product of the lengths.</summary>
    public static bool IsMatch(ReadOnlySpan<char> text, ReadOnlySpan<char> pattern, bool ignoreCase)
    {
        int t = 0, p = 0, star = -1, resume = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = t;
            }
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == text[t] || (ignoreCase && char.ToLowerInvariant(pattern[p]) == char.ToLowerInvariant(text[t]))))
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++resume;
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].Trim('*').IsEmpty;
    }

    /// <summary>Whether a text matches a list: one pattern matches and no negated one does.</summary>
    public static bool IsListMatch(string text, IEnumerable<string> patterns)
    {
        ArgumentNullException.ThrowIfNull(patterns);
        bool found = false;
        foreach (string pattern in patterns)
        {
            if (pattern.StartsWith('!') ? IsMatch(text, pattern.AsSpan(1)) : !found && IsMatch(text, pattern))
            {
                if (pattern[0] == '!')
                {
                    return false;
                }

                found = true;
            }
        }

        return found;
    }

    /// <summary>Whether a text matches a comma-separated list.</summary>
    public static bool IsListMatch(string text, string patterns) => IsListMatch(text, (patterns ?? "").Split(','));

    /// <summary>What a comma-separated list says of a host name, letters without case.</summary>
    internal static PatternOutcome JudgeName(string list, string name) => Judge(list, pattern => IsMatch(name, pattern, ignoreCase: true));

    /// <summary>What a comma-separated list says of an address, by CIDR ranges and by patterns over its text.</summary>
    internal static PatternOutcome JudgeAddress(string list, IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        string text = address.ToString();
        return Judge(list, pattern => IPNetwork.TryParse(pattern, out IPNetwork network) ? network.Contains(address)
            : IPAddress.TryParse(pattern, out IPAddress? one) && pattern.ContainsAny(':', '.') ? one.Equals(address)
            : IsMatch(text, pattern, ignoreCase: true));
    }

    /// <summary>What a comma-separated list says of a host, by its verified name and its address: one of them matches, and none is negated.</summary>
    public static bool IsHostMatch(string list, IPAddress? address, string? name)
    {
        PatternOutcome byAddress = address is null ? PatternOutcome.NoMatch : JudgeAddress(list, address);
        PatternOutcome byName = name is null ? PatternOutcome.NoMatch : JudgeName(list, name);
        return byAddress != PatternOutcome.Negated && byName != PatternOutcome.Negated && (byAddress == PatternOutcome.Match || byName == PatternOutcome.Match);
    }

    /// <summary>Whether an address lies in a comma-separated list of networks, <c>!</c> negating.</summary>
    /// <exception cref="FormatException">An entry is not an address or a network.</exception>
    internal static bool IsNetworkMatch(IPAddress address, string networks)
    {
        bool found = false;
        foreach (string entry in networks.Split(','))
        {
            string text = entry.TrimStart('!');
            IPNetwork network = IPAddress.TryParse(text, out IPAddress? single)
                ? new IPNetwork(single, single.GetAddressBytes().Length * 8)
                : IPNetwork.Parse(text);
            if (network.Contains(address))
            {
                if (entry.StartsWith('!'))
                {
                    return false;
                }

                found = true;
            }
        }

        return found;
    }

    private static PatternOutcome Judge(string list, Func<string, bool> matches)
    {
        PatternOutcome outcome = PatternOutcome.NoMatch;
        foreach (string item in list.Split(','))
        {
            bool negated = item.StartsWith('!');
            if (!matches(negated ? item[1..] : item)) continue;
            if (negated) return PatternOutcome.Negated;
            outcome = PatternOutcome.Match;
        }

        return outcome;
    }
}
