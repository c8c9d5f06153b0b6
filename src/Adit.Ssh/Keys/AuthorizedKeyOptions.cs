using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Adit.Core.Text;

namespace Adit.Ssh.Keys;

/// <summary>Reads the options before a key in authorized_keys. An option that is not known refuses the line: to ignore it could grant more than was meant.</summary>
internal static class AuthorizedKeyOptions
{
    // Ours: more than any file has been seen to hold; OpenSSH's limits are 4096 permissions and 1024 variables.
    private const int GreatestCount = 4096;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    private static readonly string[] Names =
    [
        "restrict", "cert-authority", "port-forwarding", "no-port-forwarding", "agent-forwarding", "no-agent-forwarding", "X11-forwarding", "no-X11-forwarding",
        "pty", "no-pty", "user-rc", "no-user-rc", "touch-required", "no-touch-required", "verify-required", "no-verify-required",
        "command", "principals", "from", "expiry-time", "environment", "permitopen", "permitlisten", "tunnel",
    ];

    /// <summary>The octets that the options take: up to the first blank outside quotes.</summary>
    internal static int LengthOf(ReadOnlySpan<char> line)
    {
        bool quoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == '\\' && i + 1 < line.Length && line[i + 1] == '"') i++;
            else if (line[i] == '"') quoted = !quoted;
            else if (!quoted && line[i] is ' ' or '\t') return i;
        }

        return line.Length;
    }

    /// <summary>Parses the options in order, so that what follows "restrict" gives back.</summary>
    internal static bool TryParse(ReadOnlySpan<char> text, TimeZoneInfo zone, [NotNullWhen(true)] out KeyPermissions? permissions, [NotNullWhen(false)] out string? why)
    {
        KeyPermissions result = new();
        permissions = null;
        why = null;
        while (true)
        {
            int end = text.IndexOfAny('=', ',');
            string name = (end < 0 ? text : text[..end]).ToString();
            string? value = null;
            text = end < 0 ? default : text[end..];
            if (text.StartsWith("=") && !TryUnquote(ref text, name, out value, out why)) return false;
            why = Apply(name, value, zone, ref result);
            if (why is not null) return false;
            if (text.IsEmpty) break;
            if (text[0] != ',' || text.Length == 1)
            {
                why = $"option {name}: expected a comma and another option after it, got something else";
                return false;
            }

            text = text[1..];
        }

        permissions = result;
        return true;
    }

    private static bool TryUnquote(ref ReadOnlySpan<char> text, string name, [NotNullWhen(true)] out string? value, [NotNullWhen(false)] out string? why)
    {
        value = null;
        why = null;
        if (text.Length < 2 || text[1] != '"')
        {
            why = $"option {name}: expected a value in double quotes, got none";
            return false;
        }

        char[] unquoted = new char[text.Length];
        int length = 0;
        for (int i = 2; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] == '"') i++;
            else if (text[i] == '"')
            {
                text = text[(i + 1)..];
                value = new string(unquoted, 0, length);
                return true;
            }

            unquoted[length++] = text[i];
        }

        why = $"option {name}: expected a closing double quote, got the end of the line";
        return false;
    }

    // Null, or why the option was refused.
    private static string? Apply(string name, string? value, TimeZoneInfo zone, ref KeyPermissions result)
    {
        string lower = name.ToLowerInvariant();
        KeyPermissions? flagged = Flag(lower, result);
        if (flagged is not null) return value is null ? Set(ref result, flagged) : $"option {name}: expected no value, got one";
        if (!Names.Contains(lower, StringComparer.OrdinalIgnoreCase)) return Unknown(name);
        if (value is null) return $"option {name}: expected =\"value\", got none";
        return lower switch
        {
            "command" => Once(name, result.Command) ?? Set(ref result, result with { Command = value }),
            "principals" => Once(name, result.Principals) ?? Set(ref result, result with { Principals = value }),
            "from" => Once(name, result.From) ?? FaultOfPatterns(value) ?? Set(ref result, result with { From = value }),
            "expiry-time" => ExpiryTime(value, zone, ref result),
            "environment" => Environment(value, ref result),
            "permitopen" => ForwardPermission.TryParse(value, bareAllowed: false, out ForwardPermission? open) && result.PermitOpen.Count < GreatestCount
                ? Set(ref result, result with { PermitOpen = [.. result.PermitOpen, open] })
                : $"option permitopen: expected host:port, got {value}",
            "permitlisten" => ForwardPermission.TryParse(value, bareAllowed: true, out ForwardPermission? listen) && result.PermitListen.Count < GreatestCount
                ? Set(ref result, result with { PermitListen = [.. result.PermitListen, listen] })
                : $"option permitlisten: expected [host:]port, got {value}",
            _ => Tunnel(value, ref result),
        };
    }

    private static KeyPermissions? Flag(string name, KeyPermissions p) => name switch
    {
        "restrict" => p with { Restrict = true, PortForwarding = false, AgentForwarding = false, X11Forwarding = false, Pty = false, UserRc = false },
        "cert-authority" => p with { CertAuthority = true },
        "port-forwarding" or "no-port-forwarding" => p with { PortForwarding = name[0] == 'p' },
        "agent-forwarding" or "no-agent-forwarding" => p with { AgentForwarding = name[0] == 'a' },
        "x11-forwarding" or "no-x11-forwarding" => p with { X11Forwarding = name[0] == 'x' },
        "pty" or "no-pty" => p with { Pty = name[0] == 'p' },
        "user-rc" or "no-user-rc" => p with { UserRc = name[0] == 'u' },
        "touch-required" or "no-touch-required" => p with { NoTouchRequired = name[0] == 'n' },
        "verify-required" or "no-verify-required" => p with { VerifyRequired = name[0] == 'v' },
        _ => null,
    };

    private static string? Set(ref KeyPermissions target, KeyPermissions value)
    {
        target = value;
        return null;
    }

    private static string? Once(string name, string? before) => before is null ? null : $"option {name}: expected it once, got it twice";

    private static string Unknown(string name)
    {
        string shown = new([.. name.Take(40).Select(c => char.IsControl(c) ? '?' : c)]);
        string? near = NearestName.Find(name, Names);
        return near is null ? $"option: expected one that authorized_keys knows, got {shown}" : $"option: expected one that authorized_keys knows (perhaps {near}), got {shown}";
    }

    // A range that cannot be read would otherwise silently never match, which for a negated one grants access.
    private static string? FaultOfPatterns(string list)
    {
        foreach (string item in list.Split(','))
        {
            string pattern = item.TrimStart('!');
            if (pattern.Length == 0 || (pattern.Contains('/', StringComparison.Ordinal) && !IPNetwork.TryParse(pattern, out _)))
                return $"option from: expected host patterns, addresses and address/masklen, got {(item.Length == 0 ? "an empty one" : item)}";
        }

        return null;
    }

    private static string? Environment(string value, ref KeyPermissions result)
    {
        int equals = value.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1 || result.Environment.Count >= GreatestCount || value.AsSpan(0, equals).ContainsAnyExcept(NameCharacters))
            return "option environment: expected NAME=value, got something else";
        string name = value[..equals];
        if (result.Environment.Any(e => e.Key == name)) return null;
        return Set(ref result, result with { Environment = [.. result.Environment, new(name, value[(equals + 1)..])] });
    }

    private static string? Tunnel(string value, ref KeyPermissions result)
    {
        if (value == "any") return Set(ref result, result with { Tunnel = KeyPermissions.AnyTunnel });
        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int device) && device != KeyPermissions.AnyTunnel
            ? Set(ref result, result with { Tunnel = device }) : $"option tunnel: expected a device number or any, got {value}";
    }

    // Of several times the earliest counts.
    private static string? ExpiryTime(string value, TimeZoneInfo zone, ref KeyPermissions result) => TryParseTime(value, zone, out DateTimeOffset time)
        ? Set(ref result, result with { ExpiryTime = result.ExpiryTime < time ? result.ExpiryTime : time })
        : $"option expiry-time: expected YYYYMMDD[HHMM[SS]][Z], got {value}";

    private static bool TryParseTime(string text, TimeZoneInfo zone, out DateTimeOffset time)
    {
        time = default;
        bool utc = text.EndsWith('Z') || text.EndsWith('z');
        string digits = utc ? text[..^1] : text;
        string? form = digits.Length switch { 8 => "yyyyMMdd", 12 => "yyyyMMddHHmm", 14 => "yyyyMMddHHmmss", _ => null };
        if (form is null || !DateTime.TryParseExact(digits, form, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime moment)
            || moment.Year is < 1970 or > 9998) return false;
        time = new DateTimeOffset(moment, utc ? TimeSpan.Zero : zone.GetUtcOffset(moment));
        return true;
    }
}
