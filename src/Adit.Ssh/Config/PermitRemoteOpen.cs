using System.Globalization;
using Adit.Core;

namespace Adit.Ssh.Config;

/// <summary>PermitRemoteOpen: which targets SOCKS clients of a remote dynamic forward may name.</summary>
public sealed record PermitRemoteOpen
{
    private readonly IReadOnlyList<(string Host, int Port)>? _permitted; // null: any; port -1: every port

    private PermitRemoteOpen(IReadOnlyList<(string Host, int Port)>? permitted) => _permitted = permitted;

    /// <summary>Everything is permitted, the default.</summary>
    public static PermitRemoteOpen Any { get; } = new((IReadOnlyList<(string Host, int Port)>?)null);

    /// <summary>Reads <c>any</c>, <c>none</c> or targets <c>host:port</c>, either of which may be <c>*</c>.</summary>
    /// <exception cref="TunnelException">A target is wrong.</exception>
    public static PermitRemoteOpen Parse(IReadOnlyList<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        return words switch
        {
            ["any"] => Any,
            ["none"] => new PermitRemoteOpen([]),
            _ => new PermitRemoteOpen([.. words.Select(ReadTarget)]),
        };
    }

    /// <summary>Whether a target may be dialled.</summary>
    public bool Permits(TcpDestination target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return _permitted is null || _permitted.Any(p => (p.Host == "*" || p.Host.Equals(target.Host, StringComparison.OrdinalIgnoreCase)) && (p.Port < 0 || p.Port == target.Port));
    }

    /// <inheritdoc/>
    public override string ToString() => _permitted switch
    {
        null => "any",
        [] => "none",
        _ => string.Join(' ', _permitted.Select(p => $"{(p.Host.Contains(':', StringComparison.Ordinal) ? $"[{p.Host}]" : p.Host)}:{(p.Port < 0 ? "*" : p.Port.ToString(CultureInfo.InvariantCulture))}")),
    };

    private static (string Host, int Port) ReadTarget(string word)
    {
        int colon = word.LastIndexOf(':');
        string host = colon < 0 ? word : word[..colon].Trim('[', ']');
        string port = word[(colon + 1)..];
        int number = -1;
        return colon > 0 && host.Length > 0 && (port == "*" || (int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number is > 0 and <= 65535))
            ? (host, number)
            : throw new TunnelException(TunnelError.BadConfiguration, "bad port number in PermitRemoteOpen");
    }
}
