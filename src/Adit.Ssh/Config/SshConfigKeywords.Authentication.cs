namespace Adit.Ssh.Config;

internal static partial class SshConfigKeywords
{
    private static void AddAuthentication(Dictionary<string, Reader> table)
    {
        table["identityfile"] = Append(Text);
        table["certificatefile"] = Append(Text);
        table["identitiesonly"] = First(Flag);
        table["identityagent"] = First(Text);
        table["addkeystoagent"] = (key, line, values) => values.SetFirst(key, string.Join(' ', line.All()));
        table["preferredauthentications"] = First(Text);
        table["pubkeyauthentication"] = First(line => line.Choice(
            ("yes", "true"), ("true", "true"), ("no", "false"), ("false", "false"), ("unbound", "unbound"), ("host-bound", "host-bound")));
        table["passwordauthentication"] = First(Flag);
        table["kbdinteractiveauthentication"] = First(Flag);
        table["numberofpasswordprompts"] = First(Number);
        table["batchmode"] = First(Flag);
        table["pubkeyacceptedalgorithms"] = Algorithms("Bad key types", KnownAlgorithms.Keys, patterns: true);
        table["casignaturealgorithms"] = Algorithms("Bad key types", KnownAlgorithms.Keys, patterns: true);
        table["requiredrsasize"] = First(Number);
        table["checkhostip"] = First(Flag);
        table["nohostauthenticationforlocalhost"] = First(Flag);
        table["stricthostkeychecking"] = First(line => line.Choice(
            ("true", Config.StrictHostKeyChecking.Yes), ("false", Config.StrictHostKeyChecking.Off), ("yes", Config.StrictHostKeyChecking.Yes), ("no", Config.StrictHostKeyChecking.Off),
            ("ask", Config.StrictHostKeyChecking.Ask), ("off", Config.StrictHostKeyChecking.Off), ("accept-new", Config.StrictHostKeyChecking.AcceptNew)));
        table["userknownhostsfile"] = FirstListOr("none");
        table["globalknownhostsfile"] = FirstListOr("none");
        table["knownhostscommand"] = RawText();
        table["revokedhostkeys"] = First(Text);
        table["hashknownhosts"] = First(Flag);
        table["updatehostkeys"] = First(line => line.Choice(
            ("yes", Config.UpdateHostKeys.Yes), ("true", Config.UpdateHostKeys.Yes), ("no", Config.UpdateHostKeys.No), ("false", Config.UpdateHostKeys.No), ("ask", Config.UpdateHostKeys.Ask)));
        table["visualhostkey"] = First(Flag);
        table["fingerprinthash"] = First(line => line.Choice(("sha256", "SHA256"), ("md5", "MD5")));
    }
}
