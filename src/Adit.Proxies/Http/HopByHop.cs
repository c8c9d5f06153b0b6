using Adit.Wire.Http;

namespace Adit.Proxies.Http;

/// <summary>Takes away what concerns one connection only (RFC 9110 §7.6.1), and says that this proxy was on the way (§7.6.3).</summary>
internal static class HopByHop
{
    private static readonly string[] Always =
        ["Connection", "Proxy-Connection", "Keep-Alive", "TE", "Transfer-Encoding", "Upgrade", "Proxy-Authorization", "Proxy-Authenticate", "Proxy-Authentication-Info", "HTTP2-Settings"];

    // What a client could hide from the origin by naming it in Connection, and what would change how the message is read.
    private static readonly string[] NeverNamed = ["Host", "Content-Length", "Transfer-Encoding", "Content-Type", "Content-Encoding", "Cookie", "Authorization", "Via", "Expect"];

    /// <summary>Whether Connection names a field that it may not (RFC 9110 §7.6.1: one that is meant for all recipients).</summary>
    public static bool NamesTooMuch(HttpFields fields) => fields.CountOf("Connection") > 0 && fields.Elements("Connection").Any(e => NeverNamed.Contains(e, StringComparer.OrdinalIgnoreCase));

    /// <summary>The fields that go on.</summary>
    public static HttpFields Strip(HttpFields fields)
    {
        string[] named = fields.CountOf("Connection") == 0 ? [] : [.. fields.Elements("Connection")];
        var rest = new HttpFields();
        for (int i = 0; i < fields.Count; i++)
        {
            (string name, string value) = fields[i];
            if (!Contains(Always, name) && !Contains(named, name)) rest.Add(name, value);
        }

        return rest;
    }

    /// <summary>Adds this proxy to Via.</summary>
    public static void AddVia(HttpFields fields, int minorVersion, string pseudonym) => fields.Add("Via", $"1.{minorVersion} {pseudonym}");

    private static bool Contains(string[] names, string name)
    {
        foreach (string n in names)
            if (n.Equals(name, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }
}
