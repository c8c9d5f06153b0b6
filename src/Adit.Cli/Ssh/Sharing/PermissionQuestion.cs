using Adit.Platform.Libc;

namespace Adit.Cli.Ssh.Sharing;

/// <summary>Asks the person at a master whether a client may share the connection (ControlMaster ask).</summary>
internal static class PermissionQuestion
{
    /// <summary>Asks on the terminal of the master. Where there is none, nobody can permit anything.</summary>
    /// <returns>Whether the answer is yes; an empty one is too, as ssh(1) has it.</returns>
    public static async ValueTask<bool> AskAsync(string question, CancellationToken cancellationToken)
    {
        Task<string?> answer = Task.Factory.StartNew(() => Ask(question), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return await answer.WaitAsync(cancellationToken) is { } text && (text.Length == 0 || text.Equals("yes", StringComparison.OrdinalIgnoreCase));
    }

    private static string? Ask(string question)
    {
        try
        {
            using ControllingTerminal? terminal = ControllingTerminal.TryOpen();
            return terminal?.Ask(question, hidden: false);
        }
        catch (OperationCanceledException)
        {
            return null; // ^C: no
        }
    }
}
