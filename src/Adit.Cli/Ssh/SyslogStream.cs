using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Adit.Cli.Ssh;

/// <summary>The system's log: each line a datagram to /dev/log, in the form of syslog(3). Where nobody listens there, lines are dropped.</summary>
/// <param name="facility">Such as <c>USER</c>.</param>
internal sealed class SyslogStream(string facility) : Stream
{
    private const string Path = "/dev/log";
    private const int Informational = 6; // RFC 5424 §6.2.1

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    // RFC 5424 §6.2.1
    private readonly int _priority = Informational + (8 * facility switch
    {
        "DAEMON" => 3,
        "AUTH" => 4,
        "AUTHPRIV" => 10,
        ['L', 'O', 'C', 'A', 'L', var digit] => 16 + (digit - '0'),
        _ => 1, // USER
    });

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count)
    {
        foreach (string line in Encoding.UTF8.GetString(buffer, offset, count).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string message = string.Create(CultureInfo.InvariantCulture, $"<{_priority}>{DateTime.Now:MMM dd HH:mm:ss} ssh[{Environment.ProcessId}]: {line.TrimEnd('\r')}");
            try
            {
                _socket.SendTo(Encoding.UTF8.GetBytes(message), new UnixDomainSocketEndPoint(Path));
            }
            catch (SocketException)
            {
                // No system log.
            }
        }
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _socket.Dispose();
        base.Dispose(disposing);
    }
}
