using System.Text;
using Adit.Cli.Logging;
using Adit.Ssh.Config;
using Microsoft.Extensions.Logging;

namespace Adit.Cli.Ssh;

/// <summary>The log of <c>adit ssh</c>: lines as ssh(1) writes them (<c>debug1: …</c>), or JSON. Owns its stream.</summary>
internal sealed class SshLog : ILogger, IDisposable
{
    /// <summary>The name of events that ssh(1) tells at its level VERBOSE, without a prefix.</summary>
    public const string VerboseEvent = "Verbose";

    private readonly Lock _gate = new();
    private readonly Stream _stream;
    private readonly LineLoggerFactory? _json;
    private readonly ILogger? _jsonLogger;

    public SshLog(Stream stream, SshLogLevel level, bool asJson)
    {
        _stream = stream;
        Level = level;
        if (!asJson) return;
        _json = new LineLoggerFactory(stream, LogLevel.Trace, LogForm.Json);
        _jsonLogger = _json.CreateLogger("ssh");
    }

    /// <summary>How much is told; may change while a session lasts.</summary>
    public SshLogLevel Level { get; set; }

    /// <summary>Whether lines go to a terminal that is raw, where a line's end needs a return before it.</summary>
    public Func<bool> IsRaw { get; set; } = static () => false;

    /// <summary>Says something at ssh(1)'s level of information.</summary>
    public void Info(string text) => Write(SshLogLevel.Info, text);

    /// <summary>Says something that is told with <c>-v</c>, but without a prefix.</summary>
    public void Verbose(string text) => Write(SshLogLevel.Verbose, text);

    /// <summary>Says what went wrong.</summary>
    public void Error(string text) => Write(SshLogLevel.Error, text);

    /// <summary>Says what ends the program.</summary>
    public void Fatal(string text) => Write(SshLogLevel.Fatal, text);

    /// <summary>Says something at ssh(1)'s first debug level.</summary>
    public void Debug(string text) => Write(SshLogLevel.Debug1, text);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && Level >= LevelOf(logLevel, default);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        SshLogLevel level = LevelOf(logLevel, eventId);
        if (logLevel == LogLevel.None || level > Level) return;
        if (_jsonLogger is not null) _jsonLogger.Log(logLevel, eventId, state, exception, formatter);
        else Write(level, exception is null ? formatter(state, exception) : $"{formatter(state, exception)}: {exception.Message}");
    }

    public void Dispose()
    {
        _json?.Dispose();
        _stream.Dispose();
    }

    private static SshLogLevel LevelOf(LogLevel level, EventId eventId) => level switch
    {
        LogLevel.Critical => SshLogLevel.Fatal,
        LogLevel.Error => SshLogLevel.Error,
        LogLevel.Warning or LogLevel.Information => SshLogLevel.Info,
        LogLevel.Debug => eventId.Name == VerboseEvent ? SshLogLevel.Verbose : SshLogLevel.Debug1,
        _ => SshLogLevel.Debug2,
    };

    private static LogLevel LevelOf(SshLogLevel level) => level switch
    {
        SshLogLevel.Fatal => LogLevel.Critical,
        SshLogLevel.Error => LogLevel.Error,
        SshLogLevel.Info => LogLevel.Information,
        SshLogLevel.Debug2 or SshLogLevel.Debug3 => LogLevel.Trace,
        _ => LogLevel.Debug,
    };

    private void Write(SshLogLevel level, string text)
    {
        if (level > Level) return;
        if (_jsonLogger is not null)
        {
            _jsonLogger.Log(LevelOf(level), default, text, null, static (t, _) => t);
            return;
        }

        var line = new StringBuilder();
        string prefix = level switch { SshLogLevel.Debug1 => "debug1: ", SshLogLevel.Debug2 => "debug2: ", SshLogLevel.Debug3 => "debug3: ", _ => "" };
        string end = IsRaw() ? "\r\n" : "\n";
        foreach (string part in text.Split('\n'))
        {
            line.Append(prefix);
            LogText.AppendSafe(line, part);
            line.Append(end);
        }

        byte[] octets = Encoding.UTF8.GetBytes(line.ToString());
        lock (_gate)
        {
            try
            {
                _stream.Write(octets);
                _stream.Flush();
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // Nobody reads it any more.
            }
        }
    }
}
