using System.Globalization;

namespace Adit.Ssh.Config.Server;

/// <summary>One entry of PermitOpen or PermitListen.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Host">A host; a pattern in PermitListen; null for every one.</param>
/// <param name="Port">1 to 65535; null for every port.</param>
public sealed record SshdPermission(string Text, string? Host, int? Port)
{
    /// <summary>Whether a connection may be opened: the host literally, case not counting; <c>*</c> is every host.</summary>
    public bool Opens(string host, int port) =>
        (Port is null || Port == port) && (Host is null or "*" || Host.Equals(host, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether may be listened: the host is a pattern.</summary>
    public bool Listens(string host, int port) =>
        (Port is null || Port == port) && (Host is null || SshPattern.IsMatch(host, Host, ignoreCase: true));

    /// <summary>Reads <c>host:port</c>, <c>[address]:port</c>, and where a bare port is allowed that too.</summary>
    internal static bool TryParse(string text, bool bareAllowed, out SshdPermission? permission)
    {
        permission = null;
        string? host;
        string port;
        if (text.StartsWith('[') && text.IndexOf("]:", StringComparison.Ordinal) is > 0 and var end)
        {
            (host, port) = (text[1..end], text[(end + 2)..]);
        }
        else
        {
            int colon = text.LastIndexOf(':');
            (host, port) = colon < 0 ? (null, text) : (text[..colon], text[(colon + 1)..]);
        }

        int number = 0;
        if ((host is null && !bareAllowed) || host is "" || (port != "*" && !(int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number is > 0 and <= 65535)))
        {
            return false;
        }

        permission = new SshdPermission(host is null ? $"*:{port}" : text, host, number == 0 ? null : number);
        return true;
    }
}
