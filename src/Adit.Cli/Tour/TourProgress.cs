namespace Adit.Cli.Tour;

/// <summary>How a row goes on: on a terminal one line that is written over, elsewhere a line each.</summary>
/// <param name="to">Where it is shown.</param>
/// <param name="isTerminal">Whether that is a terminal.</param>
internal sealed class TourProgress(TextWriter to, bool isTerminal)
{
    private bool _isShown;

    /// <summary>Shows what is so now.</summary>
    /// <param name="line">One line.</param>
    public void Show(string line)
    {
        if (!isTerminal)
        {
            to.WriteLine(line);
            return;
        }

        // Without wrapping, what is longer than the terminal is wide is cut off there rather than left behind (DECAWM, ECMA-48 EL).
        to.Write($"\r\e[K\e[?7l{line}\e[?7h");
        to.Flush();
        _isShown = true;
    }

    /// <summary>Takes it away, for what stays.</summary>
    public void Clear()
    {
        if (!_isShown) return;
        to.Write("\r\e[K");
        _isShown = false;
    }
}
