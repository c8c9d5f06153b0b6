using Adit.Core;
using Adit.Platform.Libc;

namespace Adit.Cli.Terminal;

/// <summary>Asks on the session's terminal, whatever standard input is.</summary>
internal sealed class TerminalPrompt : IPrompt
{
    /// <inheritdoc/>
    public bool IsAvailable
    {
        get
        {
            using ControllingTerminal? terminal = ControllingTerminal.TryOpen();
            return terminal is not null;
        }
    }

    /// <inheritdoc/>
    public string? Ask(string question, bool hidden)
    {
        using ControllingTerminal? terminal = ControllingTerminal.TryOpen();
        try
        {
            return terminal?.Ask(question, hidden);
        }
        catch (OperationCanceledException e)
        {
            throw new TunnelException(TunnelError.Closed, e.Message, inner: e);
        }
    }
}
