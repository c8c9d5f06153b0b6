using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Adit.Cli.Logging;

/// <summary>One event, about to be a line.</summary>
internal readonly record struct LogLine(
    DateTimeOffset Time,
    LogLevel Level,
    string Category,
    EventId Event,
    string Message,
    IReadOnlyList<KeyValuePair<string, object?>>? Values,
    Exception? Exception)
{
    /// <summary><c>2026-01-31T12:00:00.000Z info Adit.Gateway: message: cause</c>, in UTF-8 with a line feed.</summary>
    public byte[] ToText()
    {
        var line = new StringBuilder(Message.Length + 64);
        line.Append(Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)).Append(' ').Append(Word(Level)).Append(' ');
        line.Append(Category).Append(": ");
        LogText.AppendSafe(line, Message);
        for (Exception? e = Exception; e is not null; e = e.InnerException)
        {
            line.Append(": ");
            LogText.AppendSafe(line, e.Message);
        }

        return Encoding.UTF8.GetBytes(line.Append('\n').ToString());
    }

    /// <summary>An object with <c>time level category event message error</c> and the event's values, in UTF-8 with a line feed.</summary>
    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("time", Time.UtcDateTime);
            json.WriteString("level", Word(Level));
            json.WriteString("category", Category);
            if (Event.Name is not null) json.WriteString("event", Event.Name);
            json.WriteString("message", LogText.WithoutPasswords(Message));
            if (Exception is not null) json.WriteString("error", LogText.WithoutPasswords(Exception.Message));
            if (Values is { Count: > 0 }) WriteValues(json, Values);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteValues(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object?>> values)
    {
        json.WriteStartObject("values");
        foreach ((string name, object? value) in values)
        {
            if (name == "{OriginalFormat}") continue;
            json.WritePropertyName(name);
            if (LogText.IsSecret(name)) json.WriteStringValue("***");
            else if (value is null) json.WriteNullValue();
            else if (value is bool b) json.WriteBooleanValue(b);
            else if (value is int or long or uint or short or byte or ushort) json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
            else json.WriteStringValue(LogText.WithoutPasswords(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
        }

        json.WriteEndObject();
    }

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => "fatal",
    };
}
