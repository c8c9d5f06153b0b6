namespace Adit.Ssh.Config.Server;

internal static partial class SshdKeywords
{
    private static void AddSession(Dictionary<string, Entry> table)
    {
        table["allowtcpforwarding"] = Match(First(Forwarding));
        table["allowstreamlocalforwarding"] = Match(First(Forwarding));
        table["allowagentforwarding"] = Match(First(Flag));
        table["disableforwarding"] = Match(First(Flag));
        table["permitopen"] = Match(Permissions(bareAllowed: false));
        table["permitlisten"] = Match(Permissions(bareAllowed: true));
        table["gatewayports"] = Match(First(line => Choice(line, ("clientspecified", SshdGatewayPorts.ClientSpecified), ("yes", SshdGatewayPorts.Yes), ("no", SshdGatewayPorts.No))));
        table["permittunnel"] = Match(First(line => Text(line) is var word && word.ToLowerInvariant() is "yes" or "no" or "point-to-point" or "ethernet"
            ? word.ToLowerInvariant()
            : throw line.Error($"bad PermitTunnel argument {word}")));
        table["streamlocalbindmask"] = Match(First(line =>
        {
            string word = Text(line);
            return word.Length <= 6 && word.All(c => c is >= '0' and <= '7') && Convert.ToInt32(word, 8) <= 0x1FF ? Convert.ToInt32(word, 8) : throw line.Error("Invalid StreamLocalBindMask.");
        }));
        table["streamlocalbindunlink"] = Match(First(Flag));
        table["x11forwarding"] = Match(First(Flag));
        table["permittty"] = Match(First(Flag));
        table["permituserrc"] = Match(First(Flag));
        table["permituserenvironment"] = Global(First(Text));
        table["acceptenv"] = Match(AppendAll((line, name) =>
        {
            if (name.Contains('=', StringComparison.Ordinal) && !name.StartsWith('=')) throw line.Error("Invalid environment name.");
        }));
        table["setenv"] = Match(SetEnv);
        table["forcecommand"] = Match(Raw());
        table["subsystem"] = Global(Subsystem); // OpenSSH 9.5 and later permit it in Match blocks
        table["chrootdirectory"] = Match(First(Text));
        table["printmotd"] = Global(First(Flag));
        table["printlastlog"] = Global(First(Flag));
        table["exposeauthinfo"] = Match(First(Flag));
        table["channeltimeout"] = Match(ChannelTimeout);
        table["unusedconnectiontimeout"] = Match(First(line => line.TryNext() switch
        {
            null => throw Missing(line),
            "none" => TimeSpan.Zero,
            var word => SshConfigUnits.TryParseTime(word, out TimeSpan time) ? time : throw line.Error("invalid time value."),
        }));
        table["rdomain"] = Match((_, line, _) =>
        {
            string domain = Text(line);
            if (domain != "none") throw line.Error("setting RDomain not supported on this platform.");
        });
    }

    private static SshdForwarding Forwarding(SshConfigLine line) => Choice(
        line, ("yes", SshdForwarding.All), ("all", SshdForwarding.All), ("no", SshdForwarding.None), ("remote", SshdForwarding.Remote), ("local", SshdForwarding.Local));

    private static Reader Permissions(bool bareAllowed) => (key, line, values) =>
    {
        IReadOnlyList<string> words = line.All();
        if (words is ["any"] or ["none"])
        {
            values.SetFirst<object>(key, words[0]);
            return;
        }

        var list = new List<SshdPermission>();
        foreach (string word in words)
        {
            if (!SshdPermission.TryParse(word, bareAllowed, out SshdPermission? permission)) throw line.Error($"{line.Name} bad port number");
            list.Add(permission!);
        }

        values.SetFirst<object>(key, list);
    };

    private static void SetEnv(string key, SshConfigLine line, SshConfigValues values)
    {
        var variables = new List<KeyValuePair<string, string>>();
        foreach (string word in line.All())
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1) throw line.Error("Invalid environment.");
            if (variables.All(v => v.Key != word[..equals])) variables.Add(new(word[..equals], word[(equals + 1)..]));
        }

        values.SetFirst(key, variables);
    }

    private static void Subsystem(string key, SshConfigLine line, SshConfigValues values)
    {
        string name = line.TryNext() ?? throw Missing(line);
        string command = line.TryNext() ?? throw line.Error("Missing subsystem command.");
        if (values.List<KeyValuePair<string, string>>(key).Any(s => s.Key == name)) throw line.Error($"Subsystem '{name}' already defined.");
        string all = string.Join(' ', line.All().Prepend(command));
        Append(key, line, values, new KeyValuePair<string, string>(name, all));
    }

    private static void ChannelTimeout(string key, SshConfigLine line, SshConfigValues values)
    {
        IReadOnlyList<string> words = line.All();
        if (words.Count > 1 && words.Contains("none")) throw line.Error($"keyword {line.Name} \"none\" argument must appear alone.");
        foreach (string word in words is ["none"] ? [] : words)
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1 || !SshConfigUnits.TryParseTime(word.AsSpan(equals + 1), out _)) throw line.Error($"invalid channel timeout {word}");
        }

        values.SetFirst(key, words is ["none"] ? (IReadOnlyList<string>)[] : words);
    }
}
