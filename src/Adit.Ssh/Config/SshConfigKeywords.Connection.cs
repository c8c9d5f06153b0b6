using Adit.Core.Text;

namespace Adit.Ssh.Config;

internal static partial class SshConfigKeywords
{
    private static void AddConnection(Dictionary<string, Reader> table)
    {
        table["hostname"] = First(Text);
        table["hostkeyalias"] = First(Text);
        table["port"] = First(line => line.Port());
        table["user"] = First(Text);
        table["tag"] = First(Text);
        table["addressfamily"] = First(line => line.Choice(("inet", SshAddressFamily.Inet), ("inet6", SshAddressFamily.Inet6), ("any", SshAddressFamily.Any)));
        table["bindaddress"] = First(Text);
        table["bindinterface"] = First(Text);
        table["connecttimeout"] = First(ConnectTimeout);
        table["connectionattempts"] = First(line => line.Number32() is > 0 and var n ? n : throw line.Error("Invalid number of ConnectionAttempts"));
        table["tcpkeepalive"] = First(Flag);
        table["serveraliveinterval"] = First(Time);
        table["serveralivecountmax"] = First(Number);
        table["proxyjump"] = ProxyJump;
        table["proxycommand"] = ProxyCommand;
        table["proxyusefdpass"] = First(Flag);
        table["compression"] = First(Flag);
        table["rekeylimit"] = RekeyLimit;
        table["ciphers"] = Algorithms("Bad SSH2 cipher spec", KnownAlgorithms.Ciphers);
        table["macs"] = Algorithms("Bad SSH2 MAC spec", KnownAlgorithms.Macs);
        table["kexalgorithms"] = Algorithms("Bad SSH2 KexAlgorithms", KnownAlgorithms.Kex);
        table["hostkeyalgorithms"] = Algorithms("Bad key types", KnownAlgorithms.Keys, patterns: true);
        table["aditprofile"] = First(line => line.Choice(("compat", false), ("hardened", true))); // ours
        table["canonicalizehostname"] = First(line => line.Choice(
            ("yes", Config.CanonicalizeHostname.Yes), ("true", Config.CanonicalizeHostname.Yes), ("no", Config.CanonicalizeHostname.No), ("false", Config.CanonicalizeHostname.No), ("always", Config.CanonicalizeHostname.Always)));
        table["canonicaldomains"] = FirstListOr("none");
        table["canonicalizemaxdots"] = First(Number);
        table["canonicalizefallbacklocal"] = First(Flag);
        table["canonicalizepermittedcnames"] = (key, line, values) =>
        {
            IReadOnlyList<string> rules = line.All();
            if (rules.FirstOrDefault(rule => rule != "none" && rule.Count(c => c == ':') != 1) is { } wrong)
            {
                throw line.Error($"Invalid permitted CNAME \"{wrong}\"");
            }

            values.SetFirst(key, rules);
        };
    }

    private static TimeSpan ConnectTimeout(SshConfigLine line)
    {
        string word = line.Next();
        return word == "none" ? TimeSpan.Zero : SshConfigUnits.TryParseTime(word, out TimeSpan time) ? time : throw line.Error("invalid time value.");
    }

    // Whichever of ProxyJump and ProxyCommand comes first wins.
    private static void ProxyJump(string key, SshConfigLine line, SshConfigValues values)
    {
        string text = line.Rest.TrimEnd();
        var hosts = new List<SshDestination>();
        if (!text.Equals("none", StringComparison.OrdinalIgnoreCase))
        {
            foreach (string part in text.Split(','))
            {
                hosts.Add(SshDestination.TryParseJump(part, out SshDestination? host) ? host : throw line.Error($"Invalid ProxyJump \"{text}\""));
            }
        }

        if (!values.Has("proxycommand"))
        {
            values.SetFirst<IReadOnlyList<SshDestination>>(key, hosts);
        }
    }

    private static void ProxyCommand(string key, SshConfigLine line, SshConfigValues values)
    {
        if (!values.Has("proxyjump"))
        {
            values.SetFirst(key, line.Rest);
        }
    }

    private static void RekeyLimit(string key, SshConfigLine line, SshConfigValues values)
    {
        string amount = line.Next();
        long octets = 0;
        if (amount != "default")
        {
            if (!SshConfigUnits.TryParseOctets(amount, out octets))
            {
                throw line.Error($"Bad number '{amount}': invalid format");
            }

            if (octets is > 0 and < 16)
            {
                throw line.Error("RekeyLimit too small");
            }
        }

        TimeSpan interval = default;
        if (line.HasMore)
        {
            string time = line.Next();
            if (time != "none" && !SshConfigUnits.TryParseTime(time, out interval))
            {
                throw line.Error("invalid time value.");
            }
        }

        line.End();
        values.SetFirst(key, (octets, interval));
    }

    // What is to be taken away may be a pattern, or a name that nobody knows; what is to be used must be known.
    private static Reader Algorithms(string complaint, string[] known, bool patterns = false) => First(line =>
    {
        string list = line.Next();
        foreach (string name in list.TrimStart('+', '-', '^').Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (list[0] != '-' && !known.Any(k => patterns ? SshPattern.IsMatch(k, name) : k == name))
            {
                throw line.Error($"{complaint} '{list}'." + NearestName.Suggest(name, known));
            }
        }

        return list;
    });
}
