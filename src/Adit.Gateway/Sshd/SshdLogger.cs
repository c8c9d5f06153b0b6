using Adit.Ssh.Config;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Sshd;

/// <summary>What the SSH library tells, in a server's log: its news are details beside sshd's own lines.</summary>
internal sealed class SshdLogger(ISshdLog log) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => log.Level >= Level(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel)) return;
        string text = formatter(state, exception);
        log.Write(Level(logLevel), exception is null ? text : $"{text}: {exception}");
    }

    private static SshLogLevel Level(LogLevel level) => level switch
    {
        LogLevel.Critical => SshLogLevel.Fatal,
        LogLevel.Error => SshLogLevel.Error,
        LogLevel.Warning => SshLogLevel.Info,
        LogLevel.Information => SshLogLevel.Verbose,
        LogLevel.Debug => SshLogLevel.Debug1,
        _ => SshLogLevel.Debug3,
    };
}
