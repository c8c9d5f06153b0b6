namespace Adit.Ssh.Config.Server;

internal static partial class SshdKeywords
{
    /// <summary>Keywords that are judged for their form and have no effect here, and what sshd prints where nothing is configured.</summary>
    public static readonly (string Key, string Default)[] Others =
    [
        ("x11displayoffset", "10"), ("ignorerhosts", "yes"), ("ignoreuserknownhosts", "no"), ("hostbasedusesnamefrompacketonly", "no"),
        ("kerberosauthentication", "no"), ("kerberosorlocalpasswd", "yes"), ("kerberosticketcleanup", "yes"), ("gssapiauthentication", "no"),
        ("gssapicleanupcredentials", "yes"), ("gssapikeyexchange", "no"), ("gssapistrictacceptorcheck", "yes"), ("gssapistorecredentialsonrekey", "no"),
        ("gssapikexalgorithms", "gss-group14-sha256-,gss-group16-sha512-,gss-nistp256-sha256-,gss-curve25519-sha256-,gss-group14-sha1-,gss-gex-sha1-"),
        ("x11uselocalhost", "yes"), ("modulifile", "/etc/ssh/moduli"), ("xauthlocation", "/usr/bin/xauth"), ("securitykeyprovider", "internal"),
    ];

    /// <summary>
    /// Accepted with a warning whatever they say: obsolete in OpenSSH, of its later versions or of a distribution's patches; none grants or
    /// withholds anything here.
    /// </summary>
    public static readonly IReadOnlySet<string> Harmless = new HashSet<string>(StringComparer.Ordinal)
    {
        // obsolete in OpenSSH
        "authorizedkeysfile2", "checkmail", "compressionlevel", "kerberostgtpassing", "keyregenerationinterval", "kerberosgetafstoken", "afstokenpassing",
        "krb4localpasswd", "pamauthenticationviakbdint", "protocol", "rhostsauthentication", "rhostsrsaauthentication", "rsaauthentication",
        "serverkeybits", "uselogin", "useprivilegeseparation", "showpatchlevel",
        // of later versions
        "sshdsessionpath", "sshdauthpath", "sshdsessionbinary",
        // of distributions and patches
        "debianbanner", "useblacklist", "permitblacklistedkeys", "gssapienablek5users", "usek5users", "nonerenabled", "noneenabled", "hpndisabled", "hpnbuffersize",
        "tcprcvbufpoll", "nonemacenabled", "disablemtaes", "showlog", "lookupclienthostnames", "pamservicename", "useldappublickey", "expandedlogging",
        "kerberosuniqueccache",
    };

    /// <summary>Whether a harmless keyword is one that OpenSSH had and dropped.</summary>
    public static bool IsDeprecated(string keyword) => keyword is not ("debianbanner" or "sshdsessionpath" or "sshdauthpath" or "sshdsessionbinary");

    private static void AddOthers(Dictionary<string, Entry> table)
    {
        foreach ((string key, string fallback) in Others)
        {
            Reader reader = fallback is "yes" or "no" && key != "ignorerhosts" ? First(line => Flag(line) ? "yes" : "no") : First(line => key is "modulifile" or "xauthlocation" ? FileName(line) : Text(line));
            table[key] = key is "x11displayoffset" or "ignorerhosts" or "hostbasedusesnamefrompacketonly" or "kerberosauthentication" or "gssapiauthentication" or "x11uselocalhost"
                ? Match(reader)
                : Global(reader);
        }

        table["x11displayoffset"] = Match(First(line => Number(line).ToString(System.Globalization.CultureInfo.InvariantCulture)));
        table["ignorerhosts"] = Match(First(line => Choice(line, ("yes", "yes"), ("no", "no"), ("shosts-only", "shosts-only"))));
    }
}
