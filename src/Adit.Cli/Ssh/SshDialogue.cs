using Adit.Platform.Libc;
using Adit.Ssh.Client;

namespace Adit.Cli.Ssh;

/// <summary>Asks on the terminal of the session, whatever standard input is; tells by the log's own stream.</summary>
/// <param name="tell">Writes a line where ssh(1) would.</param>
internal sealed class SshDialogue(Action<string> tell) : IUserDialogue
{
    // The terminal blocks its thread: one of its own, not a socket's.
    public async ValueTask<string?> AskAsync(string question, bool isSecret, CancellationToken cancellationToken = default) =>
        await Task.Factory.StartNew(() => Ask(question, isSecret), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default).WaitAsync(cancellationToken);

    public void Tell(string text) => tell(text);

    private static string? Ask(string question, bool isSecret)
    {
        if (AskPass.IsPreferred) return AskPass.Ask(question);
        using ControllingTerminal? terminal = ControllingTerminal.TryOpen();
        return terminal is not null ? terminal.Ask(question, isSecret) : AskPass.IsPermitted ? AskPass.Ask(question) : null;
    }
}
