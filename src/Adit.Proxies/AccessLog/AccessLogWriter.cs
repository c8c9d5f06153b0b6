using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Adit.Proxies.AccessLog;

/// <summary>
/// Writes a line a request:
/// <c>2026-01-31T12:00:00.000Z 192.0.2.7:4711 alice socks5 CONNECT example.net:443 allowed 1234 56789 0.250 "allow *:443"</c> (time, client, user, protocol,
/// command, destination, verdict, octets up, octets down, seconds, rule or reason), or the same as a JSON object. Thread-safe. Owns the stream.
/// </summary>
/// <param name="stream">Where to; each line is written whole and at once. One that fails is written to no more.</param>
/// <param name="json">Whether lines are JSON.</param>
public sealed class AccessLogWriter(Stream stream, bool json) : IProxyAccessLog, IDisposable
{
    private readonly Lock _gate = new();
    private bool _broken;

    /// <inheritdoc/>
    public void Add(ProxyAccess access)
    {
        ArgumentNullException.ThrowIfNull(access);
        byte[] line = json ? ToJson(access) : ToText(access);
        lock (_gate)
        {
            if (_broken) return;
            try
            {
                stream.Write(line);
                stream.Flush();
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                _broken = true;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _broken = true;
            stream.Dispose();
        }
    }

    private static byte[] ToText(ProxyAccess a)
    {
        var line = new StringBuilder(160);
        line.Append(a.Began.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        line.Append(' ').Append(a.Client?.ToString() ?? "-").Append(' ').Append(a.User is null ? "-" : Word(a.User)).Append(' ').Append(a.Protocol).Append(' ').Append(Word(a.Command));
        line.Append(' ').Append(Word(a.Target)).Append(' ').Append(Word(a.Verdict)).Append(CultureInfo.InvariantCulture, $" {a.Up} {a.Down} {a.Duration.TotalSeconds:0.000} \"");
        AppendSafe(line, a.Reason);
        line.Append('"');
        if (a.Status != 0) line.Append(CultureInfo.InvariantCulture, $" status={a.Status}");
        if (a.Content is not null) line.Append(" content=").Append(a.Content);
        return Encoding.UTF8.GetBytes(line.Append('\n').ToString());
    }

    private static byte[] ToJson(ProxyAccess a)
    {
        var buffer = new ArrayBufferWriter<byte>(384);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("time", a.Began.UtcDateTime);
            writer.WriteString("listener", a.Listener);
            writer.WriteString("client", a.Client?.ToString());
            writer.WriteString("user", a.User);
            writer.WriteString("protocol", a.Protocol);
            writer.WriteString("command", a.Command);
            writer.WriteString("host", a.Host);
            writer.WriteNumber("port", a.Port);
            writer.WriteString("verdict", Word(a.Verdict));
            writer.WriteString("reason", a.Reason);
            if (a.Status != 0) writer.WriteNumber("status", a.Status);
            if (a.Content is not null) writer.WriteString("content", a.Content);
            writer.WriteNumber("up", a.Up);
            writer.WriteNumber("down", a.Down);
            writer.WriteNumber("seconds", Math.Round(a.Duration.TotalSeconds, 6));
            writer.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static string Word(ProxyVerdict verdict) => verdict switch { ProxyVerdict.Allowed => "allowed", ProxyVerdict.Denied => "denied", _ => "failed" };

    // A word of the line stays one word, and a line one line, whatever a client sent.
    private static string Word(string text)
    {
        var word = new StringBuilder(text.Length);
        AppendSafe(word, text);
        return word.Length == 0 ? "-" : word.Replace(' ', '_').ToString();
    }

    private static void AppendSafe(StringBuilder line, string text)
    {
        foreach (char c in text)
        {
            if (char.IsControl(c) || c is '"' or '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069')) line.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else line.Append(c);
        }
    }
}
