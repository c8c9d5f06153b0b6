namespace Adit.Cli.Sshd;

/// <summary>A command line is wrong.</summary>
/// <param name="message">What is wrong.</param>
/// <param name="showsUsage">Whether the usage follows.</param>
internal sealed class SshdUsageException(string message, bool showsUsage = false) : Exception(message)
{
    /// <summary>Whether the usage follows.</summary>
    public bool ShowsUsage { get; } = showsUsage;
}
