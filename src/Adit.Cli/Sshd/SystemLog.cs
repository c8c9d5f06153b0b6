using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Adit.Ssh.Config;

namespace Adit.Cli.Sshd;

/// <summary>The system's log by its socket (RFC 3164, as syslog(3) writes it). Where nothing listens, messages are lost, as with sshd.</summary>
/// <param name="program">The tag.</param>
/// <param name="facility">The facility's name, such as AUTH.</param>
internal sealed class SystemLog(string program, string facility) : IDisposable
{
    private const string Place = "/dev/log";

    private readonly int _facility = Number(facility) << 3;
    private Socket? _socket;

    /// <summary>Writes one message.</summary>
    public void Write(SshLogLevel level, string text)
    {
        string time = DateTime.Now.ToString("MMM dd HH:mm:ss", CultureInfo.InvariantCulture);
        byte[] message = Encoding.UTF8.GetBytes($"<{_facility | Severity(level)}>{time} {program}[{Environment.ProcessId}]: {text}");
        for (int attempt = 0; attempt < 2; attempt++)
        {
            try
            {
                if (_socket is null)
                {
                    _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendTimeout = 1000 };
                    _socket.Connect(new UnixDomainSocketEndPoint(Place));
                }

                _socket.Send(message);
                return;
            }
            catch (SocketException)
            {
                // The log was started anew, or is not there.
                _socket?.Dispose();
                _socket = null;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _socket?.Dispose();

    // syslog.h
    private static int Number(string facility) => facility.ToUpperInvariant() switch
    {
        "USER" => 1,
        "DAEMON" => 3,
        "AUTHPRIV" => 10,
        ['L', 'O', 'C', 'A', 'L', var digit] => 16 + (digit - '0'),
        _ => 4,
    };

    private static int Severity(SshLogLevel level) => level switch
    {
        SshLogLevel.Fatal => 2,
        SshLogLevel.Error => 3,
        SshLogLevel.Info or SshLogLevel.Verbose => 6,
        _ => 7,
    };
}
