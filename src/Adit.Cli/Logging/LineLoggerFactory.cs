using Microsoft.Extensions.Logging;

namespace Adit.Cli.Logging;

/// <summary>A log to one stream, a line an event, each written whole. Owns the stream. A stream that fails is written to no more.</summary>
/// <param name="stream">Standard error, usually.</param>
/// <param name="least">The least severe level written.</param>
/// <param name="form">Text or JSON.</param>
/// <param name="time">The clock of the lines; the system's if null.</param>
internal sealed class LineLoggerFactory(Stream stream, LogLevel least, LogForm form, TimeProvider? time = null) : ILoggerFactory
{
    private readonly Lock _gate = new();
    private bool _broken;

    /// <summary>The least severe level written.</summary>
    public LogLevel Least { get; } = least;

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new LineLogger(this, categoryName);

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("this log has one destination");

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    /// <summary>Writes one event.</summary>
    internal void Write(in LogLine line)
    {
        byte[] octets = form == LogForm.Json ? line.ToJson() : line.ToText();
        lock (_gate)
        {
            if (_broken) return;
            try
            {
                stream.Write(octets);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                _broken = true;
            }
        }
    }

    /// <summary>Now, for a line.</summary>
    internal DateTimeOffset Now => (time ?? TimeProvider.System).GetUtcNow();
}
