using System.Globalization;
using System.Text;

namespace Adit.Core.Hops;

/// <summary>
/// One hop on the way to the target, or one address where a gateway listens: <c>scheme://[user[:password]@]host[:port][/path][?key=value&amp;…]</c>.
/// Its text form never shows the password.
/// </summary>
public sealed partial record HopUri
{
    /// <summary>Longest URI taken, in characters. Ours.</summary>
    public const int LongestUri = 4096;

    /// <summary>What kind of hop it is.</summary>
    public required HopScheme Scheme { get; init; }

    /// <summary>The user name, percent-decoded; null if the URI names none.</summary>
    public string? User { get; init; }

    /// <summary>The password, percent-decoded; null if the URI names none. A secret.</summary>
    public string? Password { get; init; }

    /// <summary>A name or an address, IPv6 without brackets.</summary>
    public required string Host { get; init; }

    /// <summary>The port, the scheme's own where the URI names none.</summary>
    public required int Port { get; init; }

    /// <summary>The path, with its leading slash; empty if there is none.</summary>
    public string Path { get; init; } = "";

    /// <summary>The query's values by their names, percent-decoded; a name without <c>=</c> has the value "".</summary>
    public IReadOnlyDictionary<string, string> Query { get; init; } = new Dictionary<string, string>();

    /// <summary>The file that holds <c>user:password</c> (mode 0600), from <c>?auth=</c>; null if none is named.</summary>
    public string? AuthFile => Query.GetValueOrDefault("auth");

    /// <summary>The private key file, from <c>?identity=</c>; null if none is named.</summary>
    public string? IdentityFile => Query.GetValueOrDefault("identity");

    /// <summary>Host and port as a destination to dial or to bind.</summary>
    public TcpDestination Destination => new(Host, Port);

    /// <summary>The URI as the user might have written it, the password replaced by <c>***</c> and the query's values left out.</summary>
    public override string ToString()
    {
        if (Scheme.Name == "auto") return $"auto:{Host}";
        var text = new StringBuilder(Scheme.Name).Append("://");
        if (User is not null)
        {
            text.Append(Uri.EscapeDataString(User)).Append(Password is null ? "@" : ":***@");
        }

        text.Append(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host);
        if (Port != Scheme.DefaultPort)
        {
            text.Append(CultureInfo.InvariantCulture, $":{Port}");
        }

        return text.Append(Path).ToString();
    }
}
