namespace Adit.Ssh.Config.Server;

internal static partial class SshdKeywords
{
    private static readonly string[] Methods = ["none", "publickey", "password", "keyboard-interactive", "hostbased", "gssapi-with-mic", "gssapi-keyex"];

    private static void AddAuthentication(Dictionary<string, Entry> table)
    {
        table["permitrootlogin"] = Match(First(line => Choice(
            line,
            ("without-password", Server.PermitRootLogin.ProhibitPassword), ("prohibit-password", Server.PermitRootLogin.ProhibitPassword),
            ("forced-commands-only", Server.PermitRootLogin.ForcedCommandsOnly), ("yes", Server.PermitRootLogin.Yes), ("no", Server.PermitRootLogin.No))));
        table["pubkeyauthentication"] = Match(First(Flag));
        table["passwordauthentication"] = Match(First(Flag));
        table["kbdinteractiveauthentication"] = Match(First(Flag));
        table["permitemptypasswords"] = Match(First(Flag));
        table["hostbasedauthentication"] = Match(First(Flag));
        table["authenticationmethods"] = Match(AuthenticationMethods);
        table["pubkeyacceptedalgorithms"] = Match(Algorithms("Bad key types", KnownAlgorithms.Keys));
        table["hostbasedacceptedalgorithms"] = Match(Algorithms("Bad key types", KnownAlgorithms.Keys));
        table["casignaturealgorithms"] = Match(Algorithms("Bad key types", KnownAlgorithms.Keys));
        table["requiredrsasize"] = Match(First(Number));
        table["pubkeyauthoptions"] = Match((key, line, values) =>
        {
            IReadOnlyList<string> words = line.All();
            if (words.FirstOrDefault(w => w is not ("none" or "touch-required" or "verify-required")) is { } wrong) throw line.Error($"unsupported {line.Name} option {wrong}");
            values.SetFirst(key, words);
        });
        table["authorizedkeysfile"] = Match((key, line, values) => values.SetFirst(key, line.All()));
        table["authorizedkeyscommand"] = Match(Command());
        table["authorizedkeyscommanduser"] = Match(First(Text));
        table["authorizedprincipalsfile"] = Match(First(Text));
        table["authorizedprincipalscommand"] = Match(Command());
        table["authorizedprincipalscommanduser"] = Match(First(Text));
        table["trustedusercakeys"] = Match(First(FileName));
        table["revokedkeys"] = Match(First(FileName));
        table["strictmodes"] = Global(First(Flag));
        table["allowusers"] = Match(AppendAll(JudgeUser));
        table["denyusers"] = Match(AppendAll(JudgeUser));
        table["allowgroups"] = Match(AppendAll());
        table["denygroups"] = Match(AppendAll());
        table["banner"] = Match(First(FileName));
        table["refuseconnection"] = Match(First(Flag));
    }

    private static Reader Command() => (key, line, values) =>
    {
        string text = line.Rest.TrimEnd();
        if (text != "none" && !line.TryNext()!.StartsWith('/')) throw line.Error($"{line.Name} must be an absolute path");
        _ = line.All();
        values.SetFirst(key, text);
    };

    private static void JudgeUser(SshConfigLine line, string pattern)
    {
        int at = pattern.LastIndexOf('@');
        if (at >= 0 && IsBadRange(pattern[(at + 1)..])) throw line.Error($"invalid {line.Name} pattern: \"{pattern}\"");
    }

    private static void AuthenticationMethods(string key, SshConfigLine line, SshConfigValues values)
    {
        IReadOnlyList<string> lists = line.All();
        bool isAny = lists is ["any"];
        if (!isAny && lists.Any(l => l == "any")) throw line.Error("\"any\" must appear alone in AuthenticationMethods");
        foreach (string list in isAny ? [] : lists)
        {
            foreach (string method in list.Split(','))
            {
                string name = method.Split(':')[0];
                if (!Methods.Contains(name)) throw new Core.TunnelException(Core.TunnelError.BadConfiguration, $"Unknown authentication method \"{name}\" in list\n{line.Error("invalid AuthenticationMethods method list.").Message}");
            }
        }

        values.SetFirst(key, isAny ? (IReadOnlyList<string>)[] : lists);
    }
}
