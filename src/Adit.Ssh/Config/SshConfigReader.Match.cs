namespace Adit.Ssh.Config;

internal sealed partial class SshConfigReader
{
    private static readonly char[] Blanks = [' ', '\t'];

    /// <summary>Whether the conditions of a Match line hold. The line is judged whole; a command runs only while all before it hold.</summary>
    private bool ReadMatch(SshConfigLine line, bool evaluate)
    {
        if (line.Rest.Length == 0)
        {
            line.Split(); // says that there is no argument
        }

        string rest = line.Rest;
        bool result = evaluate;
        for (int count = 0; ; count++)
        {
            string? attribute = NextWord(line, ref rest);
            if (attribute is null or ['#', ..])
            {
                return count > 0 ? result : throw Bad(line, "One or more attributes required for Match");
            }

            bool negated = attribute.StartsWith('!');
            string name = (negated ? attribute[1..] : attribute).ToLowerInvariant();
            bool holds;
            if (name == "all")
            {
                string? more = NextWord(line, ref rest);
                if (count > 1 || more is not (null or ['#', ..]))
                {
                    throw Bad(line, "'all' cannot be combined with other Match attributes");
                }

                return result && !negated;
            }

            if (name is "canonical" or "final")
            {
                WantsFinalPass |= name == "final" && evaluate;
                holds = IsFinalPass;
            }
            else
            {
                string argument = NextWord(line, ref rest) is { Length: > 0 } word && word[0] != '#' ? word : throw Bad(line, $"Missing Match criteria for {name}");
                holds = Holds(line, name, argument, mayRun: result);
            }

            result &= holds != negated;
        }
    }

    private bool Holds(SshConfigLine line, string name, string argument, bool mayRun)
    {
        switch (name)
        {
            case "host":
                return SshPattern.IsListMatch(MatchHost().ToLowerInvariant(), argument.ToLowerInvariant());
            case "originalhost":
                return SshPattern.IsListMatch(_originalHost.ToLowerInvariant(), argument.ToLowerInvariant());
            case "user":
                return SshPattern.IsListMatch(values.Text("user") ?? environment.LocalUser, argument);
            case "localuser":
                return SshPattern.IsListMatch(environment.LocalUser, argument);
            case "tagged":
                return SshPattern.IsListMatch(values.Text("tag") ?? "", argument);
            case "localnetwork":
                try
                {
                    return environment.GetLocalAddresses().Any(address => SshPattern.IsNetworkMatch(address, argument));
                }
                catch (FormatException)
                {
                    throw Bad(line, $"Invalid network entry \"{argument}\"");
                }

            case "exec":
                return mayRun && environment.RunShell(Expander().Command("Match exec", argument));
            default:
                throw Bad(line, $"Unsupported Match attribute {name}");
        }
    }

    private string MatchHost() => IsFinalPass ? Host : values.Text("hostname") is { } given ? TokenExpander.HostName(given, _originalHost) : _originalHost;

    private TokenExpander Expander() => TokenExpander.Create(
        environment, MatchHost(), _originalHost, values.Text("hostkeyalias"), values.Get("port", SshConfig.DefaultPort), values.Text("user") ?? environment.LocalUser);

    private static Core.TunnelException Bad(SshConfigLine line, string what) => line.Error($"Bad Match condition: {what}");

    // Match has words of its own: divided by blanks or one =, quoted by " only, and no escapes, so that a command needs none.
    internal static string? NextWord(SshConfigLine line, ref string rest)
    {
        rest = rest.TrimStart(Blanks);
        if (rest.Length == 0)
        {
            return null;
        }

        int end = rest[0] == '"' ? rest.IndexOf('"', 1) : rest.AsSpan().IndexOfAny(" \t=");
        if (rest[0] == '"' && end < 0)
        {
            throw line.Error("invalid quotes");
        }

        string word = rest[0] == '"' ? rest[1..end] : end < 0 ? rest : rest[..end];
        rest = end < 0 ? "" : rest[(rest[0] == '"' ? end + 1 : end)..].TrimStart(Blanks);
        if (rest.StartsWith('='))
        {
            rest = rest[1..];
        }

        return word;
    }
}
