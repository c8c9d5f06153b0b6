using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Adit.Ssh.Config;

namespace Adit.Ssh.Keys;

/// <summary>One permitopen or permitlisten: a host and a port, each of which may be "*".</summary>
/// <param name="Host">A host, without brackets; "*" stands for every one.</param>
/// <param name="Port">1 to 65535, or null for every port.</param>
public sealed record ForwardPermission(string Host, int? Port)
{
    private const string Any = "*";

    /// <summary>Whether it permits to open a connection: the host literally, letters without case (sshd(8): no pattern matching).</summary>
    public bool Opens(string host, int port) => (Port is null || Port == port) && (Host == Any || SameHost(host));

    /// <summary>Whether it permits to listen: the host may have wildcards (sshd(8), permitlisten).</summary>
    public bool Listens(string host, int port) => (Port is null || Port == port) && (SshPattern.IsMatch(host, Host, ignoreCase: true) || SameHost(host));

    /// <summary>As it stands in the file.</summary>
    public override string ToString() => $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port?.ToString(CultureInfo.InvariantCulture) ?? Any}";

    /// <summary>Parses "host:port", "[address]:port", and where it is allowed a bare port, which means every host.</summary>
    internal static bool TryParse(string text, bool bareAllowed, [NotNullWhen(true)] out ForwardPermission? permission)
    {
        permission = null;
        string host, port;
        int colon;
        if (text.StartsWith('['))
        {
            int end = text.IndexOf(']', StringComparison.Ordinal);
            if (end < 2 || end + 1 >= text.Length || text[end + 1] != ':') return false;
            (host, port) = (text[1..end], text[(end + 2)..]);
        }
        else if ((colon = text.IndexOf(':', StringComparison.Ordinal)) < 0)
        {
            if (!bareAllowed) return false;
            (host, port) = (Any, text);
        }
        else (host, port) = (text[..colon], text[(colon + 1)..]);

        int? number = null;
        if (host.Length == 0) return false;
        if (port != Any)
        {
            if (!ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort parsed) || parsed == 0) return false;
            number = parsed;
        }

        permission = new ForwardPermission(host, number);
        return true;
    }

    // One IPv6 address has several texts.
    private bool SameHost(string host) => Host.Equals(host, StringComparison.OrdinalIgnoreCase)
        || (host.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(host, out IPAddress? requested)
            && Host.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(Host, out IPAddress? own) && own.Equals(requested));
}
