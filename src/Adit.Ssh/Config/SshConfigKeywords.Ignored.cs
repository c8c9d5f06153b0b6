namespace Adit.Ssh.Config;

internal static partial class SshConfigKeywords
{
    // Known to OpenSSH, harmless to leave out: what they speak of is not done here, or they are obsolete there as well.
    internal static string[] IgnoredNames =>
    [
        "afstokenpassing", "channeltimeout", "cipher", "compressionlevel", "enablesshkeysign", "fallbacktorsh", "forwardx11timeout",
        "forwardx11trusted", "globalknownhostsfile2", "gssapiauthentication", "gssapiclientidentity", "gssapidelegatecredentials", "gssapikexalgorithms",
        "gssapikeyexchange", "gssapirenewalforcesrekey", "gssapiserveridentity", "gssapitrustdns", "hostbasedacceptedalgorithms", "hostbasedauthentication",
        "ipqos", "kbdinteractivedevices", "kerberosauthentication", "kerberostgtpassing", "obscurekeystroketiming", "pkcs11provider", "protocol",
        "protocolkeepalives", "rhostsauthentication", "rhostsrsaauthentication", "rsaauthentication", "securitykeyprovider", "setuptimeout", "smartcarddevice",
        "useblacklistedkeys", "useprivilegedport", "userknownhostsfile2", "useroaming", "usersh", "verifyhostkeydns",
        "versionaddendum", "warnweakcrypto", "xauthlocation",
    ];

    private static void AddIgnored(Dictionary<string, Reader> table)
    {
        foreach (string name in IgnoredNames)
        {
            table[name] = (key, line, values) => values.SetFirst(key, string.Join(' ', line.All()));
        }
    }
}
