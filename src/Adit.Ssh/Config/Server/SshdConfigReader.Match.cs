using System.Globalization;
using System.Net;

namespace Adit.Ssh.Config.Server;

internal sealed partial class SshdConfigReader
{
    /// <summary>Whether the conditions of a Match line hold; without a connection none does but <c>all</c>. The line is judged whole.</summary>
    private static bool IsMatch(SshConfigLine line, SshdConnection? at)
    {
        string rest = line.Rest;
        bool result = at is not null;
        for (int count = 0; ; count++)
        {
            string? attribute = SshConfigReader.NextWord(line, ref rest);
            if (attribute is null or ['#', ..])
            {
                return count > 0 ? result : throw Bad(line, "One or more attributes required for Match");
            }

            string name = attribute.ToLowerInvariant();
            if (name == "all")
            {
                string? more = SshConfigReader.NextWord(line, ref rest);
                if (count > 0 || more is not (null or ['#', ..])) throw Bad(line, "'all' cannot be combined with other Match attributes");
                return true;
            }

            if (name is not ("user" or "group" or "host" or "address" or "localaddress" or "localport" or "rdomain")) throw Bad(line, $"Unsupported Match attribute {attribute}");
            string argument = SshConfigReader.NextWord(line, ref rest) is { Length: > 0 } word && word[0] != '#' ? word : throw Bad(line, $"Missing Match criteria for {attribute}");
            result &= Holds(line, name, argument, at);
        }
    }

    private static bool Holds(SshConfigLine line, string name, string argument, SshdConnection? at)
    {
        switch (name)
        {
            case "user":
                return at?.User is { } user && SshPattern.IsListMatch(user, argument);
            case "group":
                return at?.User is { } member && at.FindGroups(member) is { } groups && IsGroupMatch(groups, argument);
            case "host":
                return at?.Host is { } host && SshPattern.JudgeName(argument, host) == PatternOutcome.Match;
            case "address":
                return IsAddressMatch(line, "address", argument, at?.Address);
            case "localaddress":
                return IsAddressMatch(line, "localaddress", argument, at?.LocalAddress);
            case "localport":
                return int.TryParse(argument, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and <= 65535
                    ? at?.LocalPort == port
                    : throw Bad(line, $"Invalid port '{argument}' on Match line");
            default:
                return at?.RDomain is { } domain && SshPattern.IsListMatch(domain, argument);
        }
    }

    private static bool IsGroupMatch(IReadOnlyList<string> groups, string list)
    {
        // A negated pattern that one group matches rules all out.
        bool found = false;
        foreach (string pattern in list.Split(','))
        {
            bool negated = pattern.StartsWith('!');
            if (!groups.Any(g => SshPattern.IsMatch(g, negated ? pattern.AsSpan(1) : pattern))) continue;
            if (negated) return false;
            found = true;
        }

        return found;
    }

    private static bool IsAddressMatch(SshConfigLine line, string name, string list, IPAddress? address) =>
        list.Split(',').Any(SshdKeywords.IsBadRange)
            ? throw new Core.TunnelException(Core.TunnelError.BadConfiguration, $"Invalid Match {name} argument '{list}' at line {line.Number}")
            : address is not null && SshPattern.JudgeAddress(list, address) == PatternOutcome.Match;

    private static Core.TunnelException Bad(SshConfigLine line, string what) =>
        new(Core.TunnelError.BadConfiguration, $"{what}\n{line.File} line {line.Number}: Bad Match condition");
}
