using System.Text;
using Adit.Cli.Logging;
using Adit.Ssh.Config;
using Microsoft.Extensions.Logging;

namespace Adit.Cli.Ssh;

/// <summary>The log of <c>adit ssh</c>: lines as ssh(1) writes them (<c>debug1: …</c>), or JSON. Owns its stream.</summary>
internal sealed class SshLog : ILogger, IDisposable
{
    private readonly Lock _gate = new();
    private readonly Stream _stream;
    private readonly LogLevel _least;
    private readonly LineLoggerFactory? _json;
    private readonly ILogger? _jsonLogger;

    public SshLog(Stream stream, SshLogLevel level, bool asJson)
    {
        _stream = stream;
        _least = level switch
        {
            SshLogLevel.Quiet => LogLevel.None,
            SshLogLevel.Fatal => LogLevel.Critical,
            SshLogLevel.Error => LogLevel.Error,
            SshLogLevel.Info or SshLogLevel.Verbose => LogLevel.Information,
            SshLogLevel.Debug1 => LogLevel.Debug,
            _ => LogLevel.Trace,
        };
        if (!asJson) return;
        _json = new LineLoggerFactory(stream, _least, LogForm.Json);
        _jsonLogger = _json.CreateLogger("ssh");
    }

    /// <summary>Says something at ssh(1)'s level of information.</summary>
    public void Info(string text) => Write(LogLevel.Information, text);

    /// <summary>Says what went wrong.</summary>
    public void Error(string text) => Write(LogLevel.Error, text);

    /// <summary>Says what ends the program.</summary>
    public void Fatal(string text) => Write(LogLevel.Critical, text);

    /// <summary>Says something at ssh(1)'s first debug level.</summary>
    public void Debug(string text) => Write(LogLevel.Debug, text);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= _least && logLevel != LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel)) return;
        if (_jsonLogger is not null) _jsonLogger.Log(logLevel, eventId, state, exception, formatter);
        else Write(logLevel, exception is null ? formatter(state, exception) : $"{formatter(state, exception)}: {exception.Message}");
    }

    public void Dispose()
    {
        _json?.Dispose();
        _stream.Dispose();
    }

    private void Write(LogLevel level, string text)
    {
        if (!IsEnabled(level)) return;
        if (_jsonLogger is not null)
        {
            _jsonLogger.Log(level, default, text, null, static (t, _) => t);
            return;
        }

        var line = new StringBuilder();
        string prefix = level switch { LogLevel.Debug => "debug1: ", LogLevel.Trace => "debug2: ", _ => "" };
        foreach (string part in text.Split('\n'))
        {
            line.Append(prefix);
            LogText.AppendSafe(line, part);
            line.Append('\n');
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
