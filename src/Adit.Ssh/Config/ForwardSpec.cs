using System.Globalization;
using System.Text;
using Adit.Core;

namespace Adit.Ssh.Config;

/// <summary>
/// Reads the forwarding specifications of ssh(1): fields separated by colons, a field in brackets taken literally (IPv6 addresses), a backslash
/// before a character that must not end a field, and a field with a slash in it a unix socket's path.
/// </summary>
public static class ForwardSpec
{
    // sun_path without its final NUL, unix(7)
    private const int LongestSocketPath = 107;

    // NI_MAXHOST, the limit of OpenSSH's parser
    private const int LongestHost = 1024;

    /// <summary>Reads <c>-L</c>: <c>[bind:]port:host:hostport</c>, <c>[bind:]port:socket</c>, <c>socket:host:hostport</c> or <c>socket:socket</c>.</summary>
    /// <exception cref="TunnelException">The specification is wrong; the message says which part.</exception>
    public static LocalForward ParseLocal(string specification) => Guard("local", specification, fields =>
    {
        (Destination listen, bool isDefault, Destination? target) = ReadPair(fields, lowestPort: 1);
        return target is null
            ? throw new FormatException("target: expected [bind_address:]port:host:hostport, or a unix socket's path on either side")
            : new LocalForward(listen, target) { IsBindDefault = isDefault };
    });

    /// <summary>Reads <c>-R</c>: the forms of <c>-L</c>, port 0 permitted, and <c>[bind:]port</c> for remote dynamic forwarding.</summary>
    /// <exception cref="TunnelException">The specification is wrong; the message says which part.</exception>
    public static RemoteForward ParseRemote(string specification) => Guard("remote", specification, fields =>
    {
        (Destination listen, _, Destination? target) = ReadPair(fields, lowestPort: 0);
        return new RemoteForward(listen, target);
    });

    /// <summary>Reads <c>-D</c>: <c>[bind:]port</c>.</summary>
    /// <exception cref="TunnelException">The specification is wrong; the message says which part.</exception>
    public static DynamicForward ParseDynamic(string specification) => Guard("dynamic", specification, fields =>
    {
        (Destination listen, bool isDefault, Destination? target) = ReadPair(fields, lowestPort: 1);
        return target is null
            ? new DynamicForward(listen) { IsBindDefault = isDefault }
            : throw new FormatException("expected [bind_address:]port and no target");
    });

    /// <summary>Reads <c>-W</c>: <c>host:port</c>.</summary>
    /// <exception cref="TunnelException">The specification is wrong; the message says which part.</exception>
    public static TcpDestination ParseStdio(string specification) => Guard("stdio", specification, fields => fields switch
    {
        [var host, var port] => new TcpDestination(ReadHost(host, "host"), ReadPort(port, "port", 1)),
        [_] => throw new FormatException("port: expected host:port"),
        _ => throw TooManyFields(),
    });

    private static T Guard<T>(string kind, string specification, Func<List<Field>, T> read)
    {
        ArgumentNullException.ThrowIfNull(specification);
        try
        {
            return read(Split(specification.TrimStart()));
        }
        catch (FormatException e)
        {
            throw new TunnelException(TunnelError.BadConfiguration, $"Bad {kind} forwarding specification '{specification}': {e.Message}");
        }
    }

    private static (Destination Listen, bool IsBindDefault, Destination? Target) ReadPair(List<Field> fields, int lowestPort)
    {
        const string Listening = "listening port", Bind = "bind address";
        return fields switch
        {
            [{ IsPath: true } path] => (ReadPath(path), false, null),
            [var port] => (Loopback(port), true, null),
            [{ IsPath: true } path, { IsPath: true } target] => (ReadPath(path), false, ReadPath(target)),
            [{ IsPath: true }, _] => throw new FormatException("target: expected socket:host:hostport or socket:socket"),
            [var port, { IsPath: true } target] => (Loopback(port), true, ReadPath(target)),
            [var bind, var port] => (Tcp(bind, port), false, null),
            [{ IsPath: true } path, var host, var port] => (ReadPath(path), false, Target(host, port)),
            [var bind, var port, { IsPath: true } target] => (Tcp(bind, port), false, ReadPath(target)),
            [var port, var host, var hostPort] => (Loopback(port), true, Target(host, hostPort)),
            [var bind, var port, var host, var hostPort] => (Tcp(bind, port), false, Target(host, hostPort)),
            _ => throw TooManyFields(),
        };

        TcpDestination Loopback(Field port) => new("localhost", ReadPort(port, Listening, lowestPort));

        // "" and "*" are the wildcard, RFC 4254 §7.1
        TcpDestination Tcp(Field bind, Field port) => new(bind.Text is "*" or "" ? "" : ReadHost(bind, Bind), ReadPort(port, Listening, lowestPort));

        static TcpDestination Target(Field host, Field port) => new(ReadHost(host, "target host"), ReadPort(port, "target port", 1));
    }

    private static FormatException TooManyFields() => new("too many fields; an IPv6 address needs brackets, as in [::1]:80");

    private static string ReadHost(Field host, string part) => host switch
    {
        { Text: "" } => throw new FormatException($"{part}: expected a name or an address, got nothing"),
        { IsPath: true } => throw new FormatException($"{part}: expected a name or an address, got a path"),
        { Text.Length: > LongestHost } => throw new FormatException($"{part}: expected at most {LongestHost} characters"),
        _ => host.Text,
    };

    private static int ReadPort(Field port, string part, int lowest) =>
        int.TryParse(port.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= lowest && number <= 65535
            ? number
            : throw new FormatException($"{part}: expected a number from {lowest} to 65535, got \"{port.Text}\"");

    private static UnixDestination ReadPath(Field path) => Encoding.UTF8.GetByteCount(path.Text) <= LongestSocketPath
        ? new UnixDestination(path.Text)
        : throw new FormatException($"unix socket: expected a path of at most {LongestSocketPath} octets");

    private static List<Field> Split(string text)
    {
        var fields = new List<Field>();
        for (int at = 0; ;)
        {
            fields.Add(text.AsSpan(at).StartsWith('[') ? ReadBracketed(text, ref at) : ReadBare(text, ref at));
            if (at >= text.Length)
            {
                return fields;
            }

            at++; // the colon
        }
    }

    private static Field ReadBracketed(string text, ref int at)
    {
        int end = text.IndexOf(']', at);
        if (end < 0 || (end + 1 < text.Length && text[end + 1] != ':'))
        {
            throw new FormatException(end < 0 ? "\"[\": expected a closing \"]\"" : "\"]\": expected \":\" or the end after it");
        }

        string inner = text[(at + 1)..end];
        at = end + 1;
        return new Field(inner, inner.Contains('/', StringComparison.Ordinal));
    }

    private static Field ReadBare(string text, ref int at)
    {
        var field = new StringBuilder();
        for (; at < text.Length && text[at] != ':'; at++)
        {
            if (text[at] == '\\' && ++at == text.Length)
            {
                throw new FormatException("\"\\\": expected a character after it");
            }

            field.Append(text[at]);
        }

        return new Field(field.ToString(), field.ToString().Contains('/', StringComparison.Ordinal));
    }

    private readonly record struct Field(string Text, bool IsPath);
}
