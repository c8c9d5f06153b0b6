namespace Adit.Ssh.Client;

/// <summary>What a command at the server left.</summary>
/// <param name="Exit">How it ended.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
public sealed record SshCommandResult(SshExit Exit, byte[] Output, byte[] Error)
{
    /// <summary>Its standard output as UTF-8.</summary>
    public string Text => System.Text.Encoding.UTF8.GetString(Output);

    /// <summary>Whether it ended with the exit status 0.</summary>
    public bool Succeeded => Exit.Status == 0;
}
