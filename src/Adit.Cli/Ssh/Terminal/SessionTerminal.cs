using System.Runtime.InteropServices;
using Adit.Platform.Libc;
using Adit.Ssh.Client;
using Adit.Wire.Ssh;

namespace Adit.Cli.Ssh.Terminal;

/// <summary>The terminal here that a session's terminal at the server mirrors: its kind, its size, its modes, and its changes of size.</summary>
internal sealed class SessionTerminal : IDisposable
{
    private readonly int _descriptor;
    private readonly PosixSignalRegistration _resized;
    private SshSession? _session;

    /// <summary>Makes a terminal raw, where the descriptor is one; <c>-tt</c> asks for one at the server all the same.</summary>
    public SessionTerminal(int descriptor)
    {
        _descriptor = descriptor;
        Raw = RawTerminal.TryEnter(descriptor);
        _resized = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => TellSize());
    }

    /// <summary>The terminal here; null where there is none.</summary>
    public RawTerminal? Raw { get; }

    /// <summary>What to ask the server for.</summary>
    public static PtyReqFields Describe(int descriptor)
    {
        _ = WindowSize.TryGet(descriptor, out WindowSize size);
        var modes = new TerminalModes(Termios.TryGet(descriptor, out Termios settings) ? settings.ToModes() : []);
        byte[] encoded = new byte[modes.EncodedLength];
        modes.Encode(encoded);
        return new PtyReqFields(Environment.GetEnvironmentVariable("TERM") ?? "", size.Columns, size.Rows, size.WidthPixels, size.HeightPixels, encoded);
    }

    /// <summary>From here on the server hears of changes of size.</summary>
    public void Follow(SshSession session) => Volatile.Write(ref _session, session);

    /// <summary>Tells the server the size, which may have changed while nobody looked.</summary>
    public void TellSize()
    {
        if (Volatile.Read(ref _session) is not { } session || !WindowSize.TryGet(_descriptor, out WindowSize size)) return;
        session.ResizeTerminal(new WindowChangeFields(size.Columns, size.Rows, size.WidthPixels, size.HeightPixels));
    }

    /// <summary>Stops the process; returns once it is continued.</summary>
    public void Suspend()
    {
        if (Raw is { } raw) raw.Suspend();
        else JobControl.Suspend();
        TellSize();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _resized.Dispose();
        Raw?.Dispose();
    }
}
