using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Serving;

/// <summary>Puts the connection before what the SSH library logs of it.</summary>
internal sealed class ConnectionLogger(ILogger inner, string connection) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        inner.Log(logLevel, eventId, state, exception, (s, e) => $"{connection}: {formatter(s, e)}");
}
