using System.Runtime.InteropServices;

namespace Adit.Cli.Terminal;

/// <summary>SIGINT and SIGTERM as a token: the first asks for a clean close, a second ends the process at once.</summary>
internal sealed class TerminationSignals : IDisposable
{
    private static int s_received;

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;

    public TerminationSignals()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, c => Handle(c, 2));
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, c => Handle(c, 15));
    }

    /// <summary>The number of the signal that came, or null.</summary>
    public static int? Received => Volatile.Read(ref s_received) is > 0 and int signal ? signal : null;

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _source.Dispose();
    }

    private void Handle(PosixSignalContext context, int signal)
    {
        if (Interlocked.CompareExchange(ref s_received, signal, 0) != 0) return; // the second: the default action ends the process
        context.Cancel = true;
        _ = _source.CancelAsync(); // closing must not hold the thread on which signals arrive
    }
}
