using Microsoft.Extensions.Logging;

namespace Adit.Cli.Logging;

/// <summary>The logger of one category.</summary>
internal sealed class LineLogger(LineLoggerFactory factory, string category) : ILogger
{
    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= factory.Least && logLevel != LogLevel.None;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel)) return;
        var values = state as IReadOnlyList<KeyValuePair<string, object?>>;
        factory.Write(new LogLine(factory.Now, logLevel, category, eventId, formatter(state, exception), values, exception));
    }
}
