namespace Adit.Ssh.Config;

internal static partial class SshConfigKeywords
{
    // ssh_config(5), SyslogFacility
    private static string[] SyslogFacilities => ["DAEMON", "USER", "AUTH", "AUTHPRIV", "LOCAL0", "LOCAL1", "LOCAL2", "LOCAL3", "LOCAL4", "LOCAL5", "LOCAL6", "LOCAL7"];

    private static void AddSession(Dictionary<string, Reader> table)
    {
        table["loglevel"] = First(line =>
        {
            string word = line.Next();
            return word.ToUpperInvariant() switch
            {
                "QUIET" or "SILENT" => SshLogLevel.Quiet,
                "FATAL" => SshLogLevel.Fatal,
                "ERROR" => SshLogLevel.Error,
                "INFO" => SshLogLevel.Info,
                "VERBOSE" => SshLogLevel.Verbose,
                "DEBUG" or "DEBUG1" => SshLogLevel.Debug1,
                "DEBUG2" => SshLogLevel.Debug2,
                "DEBUG3" => SshLogLevel.Debug3,
                _ => throw line.Error($"unsupported log level '{word}'"),
            };
        });
        table["syslogfacility"] = First(line => Array.IndexOf(SyslogFacilities, line.Next().ToUpperInvariant()) is >= 0 and var place ? SyslogFacilities[place] : throw line.Error("unsupported log facility"));
        table["logverbose"] = FirstListOr("none");
        table["requesttty"] = First(line => line.Choice(
            ("true", RequestTty.Yes), ("false", RequestTty.No), ("yes", RequestTty.Yes), ("no", RequestTty.No), ("force", RequestTty.Force), ("auto", RequestTty.Auto)));
        table["remotecommand"] = RawText();
        table["localcommand"] = RawText();
        table["permitlocalcommand"] = First(Flag);
        table["sessiontype"] = First(line => line.Choice(("none", SshSessionType.None), ("subsystem", SshSessionType.Subsystem), ("default", SshSessionType.Default)));
        table["stdinnull"] = First(Flag);
        table["forkafterauthentication"] = First(Flag);
        table["sendenv"] = SendEnv;
        table["setenv"] = SetEnv;
        table["escapechar"] = First(EscapeChar);
        table["enableescapecommandline"] = First(Flag);
        table["ignoreunknown"] = First(Text);
        table["controlmaster"] = First(line => line.Choice(
            ("true", Config.ControlMaster.Yes), ("yes", Config.ControlMaster.Yes), ("false", Config.ControlMaster.No), ("no", Config.ControlMaster.No),
            ("auto", Config.ControlMaster.Auto), ("ask", Config.ControlMaster.Ask), ("autoask", Config.ControlMaster.AutoAsk)));
        table["controlpath"] = First(Text);
        table["controlpersist"] = First(ControlPersist);
    }

    // yes means for ever.
    private static TimeSpan ControlPersist(SshConfigLine line)
    {
        string word = line.Next();
        return word.ToLowerInvariant() switch
        {
            "no" or "false" => TimeSpan.Zero,
            "yes" or "true" or "0" => Timeout.InfiniteTimeSpan,
            _ => SshConfigUnits.TryParseTime(word, out TimeSpan time) ? time : throw line.Error("Bad ControlPersist argument."),
        };
    }

    // A pattern after - takes away what was chosen before.
    private static void SendEnv(string key, SshConfigLine line, SshConfigValues values)
    {
        foreach (string pattern in line.All())
        {
            if (pattern.Contains('=', StringComparison.Ordinal))
            {
                throw line.Error("Invalid environment name.");
            }

            if (pattern.StartsWith('-'))
            {
                values.Remove<string>(key, name => SshPattern.IsMatch(name, pattern.AsSpan(1)));
            }
            else
            {
                values.Append(key, pattern);
            }
        }
    }

    private static void SetEnv(string key, SshConfigLine line, SshConfigValues values)
    {
        var variables = new List<KeyValuePair<string, string>>();
        foreach (string setting in line.All())
        {
            int equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                throw line.Error("Invalid SetEnv.");
            }

            if (variables.TrueForAll(v => v.Key != setting[..equals]))
            {
                variables.Add(new(setting[..equals], setting[(equals + 1)..]));
            }
        }

        values.SetFirst<IReadOnlyList<KeyValuePair<string, string>>>(key, variables);
    }

    private static char EscapeChar(SshConfigLine line)
    {
        string word = line.Next();
        return word switch
        {
            "none" => '\0',
            ['^', >= (char)64 and < (char)128] => (char)(word[1] & 31),
            [_] => word[0],
            _ => throw line.Error("Bad escape character."),
        };
    }
}
