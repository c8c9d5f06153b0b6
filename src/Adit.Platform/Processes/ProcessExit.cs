namespace Adit.Platform.Processes;

/// <summary>How a process ended: with a status, or by a signal.</summary>
/// <param name="Status">The exit status, 0 to 255; null when a signal ended it.</param>
/// <param name="Signal">The number of the signal; null when it ended by itself.</param>
/// <param name="CoreDumped">Whether it left a core file.</param>
public readonly record struct ProcessExit(int? Status, int? Signal = null, bool CoreDumped = false)
{
    /// <summary>Reads the status word of waitpid(2).</summary>
    internal static ProcessExit Decode(int word)
    {
        // bits/waitstatus.h: the low seven bits are the signal, the eighth the core, the next eight the status.
        int signal = word & 0x7f;
        return signal == 0 ? new ProcessExit((word >> 8) & 0xff) : new ProcessExit(null, signal, (word & 0x80) != 0);
    }
}
