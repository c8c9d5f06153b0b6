using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Listeners.Http;

/// <summary>The web server's words for whoever asks for debug ones: what it warns of concerns hosts, and what strangers do is no news. Its errors stay errors.</summary>
internal sealed class WebLoggers(ILoggerFactory loggers) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new Quiet(loggers.CreateLogger(categoryName));

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("this log has one destination");

    public void Dispose()
    {
        // The factory is the gateway's.
    }

    private sealed class Quiet(ILogger logger) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(Lower(logLevel));

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            logger.Log(Lower(logLevel), eventId, state, exception, formatter);

        private static LogLevel Lower(LogLevel level) => level switch
        {
            LogLevel.Information or LogLevel.Warning => LogLevel.Debug,
            LogLevel.Debug => LogLevel.Trace,
            _ => level,
        };
    }
}
