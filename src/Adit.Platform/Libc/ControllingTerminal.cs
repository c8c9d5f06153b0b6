using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Adit.Platform.Libc;

/// <summary>The terminal of the session (/dev/tty), for questions to the person even where standard input and output are redirected.</summary>
public sealed class ControllingTerminal : IDisposable
{
    private const int Interrupt = 3; // ^C

    // Ours: longer answers are cut off.
    private const int GreatestAnswer = 4096;

    private readonly SafeFileHandle _handle;
    private readonly FileStream _stream;

    private ControllingTerminal(SafeFileHandle handle)
    {
        _handle = handle;
        _stream = new FileStream(handle, FileAccess.ReadWrite, bufferSize: 0);
    }

    /// <summary>Opens the terminal.</summary>
    /// <returns>Null when the process has none.</returns>
    public static ControllingTerminal? TryOpen()
    {
        try
        {
            return new ControllingTerminal(File.OpenHandle("/dev/tty", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes text.</summary>
    public void Write(string text) => _stream.Write(Encoding.UTF8.GetBytes(text));

    /// <summary>Asks a question and waits for a line.</summary>
    /// <param name="question">Written before; may be empty.</param>
    /// <param name="hidden">Whether the answer stays invisible: a passphrase.</param>
    /// <returns>The answer without the line's end; null when the terminal is gone or the person pressed ^D at once.</returns>
    /// <exception cref="OperationCanceledException">The person pressed ^C, which is taken from the terminal here and raises no signal.</exception>
    public string? Ask(string question, bool hidden)
    {
        if (!Termios.TryGet(_handle, out Termios before))
        {
            Write(question);
            return ReadVisible();
        }

        using PosixSignalRegistration term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Apply(before));
        using PosixSignalRegistration hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, _ => Apply(before));
        Termios during = before;
        during.Local &= ~(hidden ? TermiosLocal.Signals | TermiosLocal.Canonical | TermiosLocal.Echo : TermiosLocal.Signals);
        if (hidden)
        {
            during[TermiosCharacter.Time] = 0;
            during[TermiosCharacter.Minimum] = 1;
        }
        else during[TermiosCharacter.EndOfLine] = Interrupt;

        // Before the question: an answer typed at once must neither show nor be flushed.
        Apply(during);
        try
        {
            Write(question);
            return hidden ? ReadHidden() : ReadVisible();
        }
        finally
        {
            Apply(before);
            if (hidden) Write("\n");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _handle.Dispose();
    }

    private static OperationCanceledException Interrupted() => new("terminal: expected an answer, got ^C");

    // A terminal that has gone needs no restoring.
    private void Apply(Termios settings) => _ = settings.TryApply(_handle, TermiosChange.AfterFlush);

    private string? ReadVisible()
    {
        byte[] line = new byte[GreatestAnswer];
        int length = 0;
        for (int octet; (octet = _stream.ReadByte()) != '\n'; line[Math.Min(length++, line.Length - 1)] = (byte)octet)
        {
            if (octet < 0) return null;
            if (octet == Interrupt) throw Interrupted();
        }

        return Encoding.UTF8.GetString(line, 0, Math.Min(length, line.Length - 1)).TrimEnd('\r');
    }

    private string? ReadHidden()
    {
        byte[] line = new byte[GreatestAnswer];
        int length = 0;
        try
        {
            while (true)
            {
                int octet = _stream.ReadByte();
                switch (octet)
                {
                    case < 0:
                    case 4 when length == 0: // ^D
                        return null;
                    case Interrupt:
                        throw Interrupted();
                    case '\n' or '\r' or 4:
                        return Encoding.UTF8.GetString(line, 0, length);
                    case 0x15: // ^U
                        length = 0;
                        break;
                    case 8 or 0x7f:
                        while (length > 0 && (line[--length] & 0xc0) == 0x80)
                        {
                            // A character of UTF-8 goes whole.
                        }

                        break;
                    default:
                        if (length < line.Length) line[length++] = (byte)octet;
                        break;
                }
            }
        }
        finally
        {
            line.AsSpan().Clear();
        }
    }
}
