using System.Runtime.InteropServices;
using Adit.Platform.Libc;

namespace Adit.Cli.Ssh.Terminal;

/// <summary>
/// A terminal whose keys all go to the server: raw while the session lasts, and as it was whatever ends it, a signal or a failure too. Only SIGKILL
/// leaves it raw, as with any program.
/// </summary>
internal sealed class RawTerminal : IDisposable
{
    private readonly Lock _gate = new();
    private readonly int _descriptor;
    private readonly Termios _before;
    private readonly List<PosixSignalRegistration> _signals = [];
    private bool _isRaw;
    private bool _disposed;

    private RawTerminal(int descriptor, Termios before)
    {
        _descriptor = descriptor;
        _before = before;
        AppDomain.CurrentDomain.UnhandledException += OnCrash;
        AppDomain.CurrentDomain.ProcessExit += OnExit;
        foreach (PosixSignal signal in (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGHUP, PosixSignal.SIGQUIT])
        {
            _signals.Add(PosixSignalRegistration.Create(signal, _ => Leave()));
        }

        // Who stopped us with SIGSTOP, or a shell in between, may have set the terminal as it likes.
        _signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => Resume()));
    }

    /// <summary>Whether the terminal is raw now, so that a line needs a return before its end.</summary>
    public bool IsRaw => Volatile.Read(ref _isRaw);

    /// <summary>Makes a terminal raw.</summary>
    /// <returns>Null where the descriptor is no terminal.</returns>
    public static RawTerminal? TryEnter(int descriptor)
    {
        if (!Termios.TryGet(descriptor, out Termios before)) return null;
        var terminal = new RawTerminal(descriptor, before);
        terminal.Enter();
        return terminal;
    }

    /// <summary>Makes it raw again.</summary>
    public void Enter()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _isRaw = _before.ToRaw().TryApply(_descriptor, TermiosChange.AfterOutput);
        }
    }

    /// <summary>Makes it what it was.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            if (!_isRaw) return;
            _ = _before.TryApply(_descriptor, TermiosChange.AfterOutput);
            _isRaw = false;
        }
    }

    /// <summary>Hands the terminal back to the shell and stops the process; returns once it is continued, the terminal raw again.</summary>
    public void Suspend()
    {
        Leave();
        JobControl.Suspend();
        Enter();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Leave();
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
        }

        AppDomain.CurrentDomain.UnhandledException -= OnCrash;
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        foreach (PosixSignalRegistration signal in _signals) signal.Dispose();
    }

    private void OnCrash(object sender, UnhandledExceptionEventArgs e) => Leave();

    private void OnExit(object? sender, EventArgs e) => Leave();

    private void Resume()
    {
        if (!IsRaw || !JobControl.IsForeground(_descriptor)) return;
        lock (_gate)
        {
            if (_isRaw) _ = _before.ToRaw().TryApply(_descriptor, TermiosChange.AfterOutput);
        }
    }
}
