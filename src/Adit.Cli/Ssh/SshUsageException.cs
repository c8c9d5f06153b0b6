namespace Adit.Cli.Ssh;

/// <summary>The command line of <c>adit ssh</c> is wrong: one line, then perhaps the usage, and exit code 255 as ssh(1) has it.</summary>
/// <param name="message">What is wrong; empty where only the usage is due.</param>
/// <param name="showsUsage">Whether the usage follows.</param>
internal sealed class SshUsageException(string message, bool showsUsage = false) : Exception(message)
{
    /// <summary>Whether the usage follows.</summary>
    public bool ShowsUsage { get; } = showsUsage;
}
