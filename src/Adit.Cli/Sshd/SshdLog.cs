using System.Text;
using Adit.Cli.Logging;
using Adit.Gateway.Sshd;
using Adit.Ssh.Config;

namespace Adit.Cli.Sshd;

/// <summary>sshd's log: lines with CR LF on standard error or in a file, or messages to the system's log. What cannot be written is lost.</summary>
internal sealed class SshdLog : ISshdLog, IDisposable
{
    private readonly Lock _gate = new();
    private Stream? _stream;
    private SystemLog? _system;
    private int _level = (int)SshLogLevel.Info;

    /// <summary>Begins with a stream.</summary>
    /// <param name="stream">The stream; owned from here on.</param>
    public SshdLog(Stream stream) => _stream = stream;

    /// <inheritdoc/>
    public SshLogLevel Level
    {
        get => (SshLogLevel)Volatile.Read(ref _level);
        set => Volatile.Write(ref _level, (int)value);
    }

    /// <summary>Goes on in the system's log.</summary>
    /// <param name="facility">Such as AUTH.</param>
    public void UseSystemLog(string facility)
    {
        lock (_gate)
        {
            _stream?.Dispose();
            _stream = null;
            _system = new SystemLog("sshd", facility);
        }
    }

    /// <inheritdoc/>
    public void Write(SshLogLevel level, string text)
    {
        if (level > Level || level == SshLogLevel.Quiet) return;
        var line = new StringBuilder(text.Length + 16);
        if (level >= SshLogLevel.Debug1) line.Append("debug").Append(level - SshLogLevel.Debug1 + 1).Append(": ");
        else if (_stream is null && level is SshLogLevel.Error or SshLogLevel.Fatal) line.Append(level == SshLogLevel.Error ? "error: " : "fatal: ");
        LogText.AppendSafe(line, text);
        lock (_gate)
        {
            try
            {
                if (_system is not null) _system.Write(level, line.ToString());
                else if (_stream is { } stream)
                {
                    // Several processes append to one file.
                    if (stream.CanSeek) stream.Seek(0, SeekOrigin.End);
                    stream.Write(Encoding.UTF8.GetBytes(line.Append("\r\n").ToString()));
                }
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                _stream = null;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _stream?.Dispose();
            _stream = null;
            _system?.Dispose();
            _system = null;
        }
    }
}
