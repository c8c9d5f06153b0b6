using Adit.Ssh.Config;

namespace Adit.Gateway.Sshd;

/// <summary>Where a server logs in sshd's words: the system's log, standard error, or a file. Safe for use by many threads.</summary>
public interface ISshdLog
{
    /// <summary>What is written: this level and those that are graver. It changes with the configuration.</summary>
    SshLogLevel Level { get; set; }

    /// <summary>Writes one line, control characters made harmless.</summary>
    /// <param name="level">How grave it is.</param>
    /// <param name="text">The line, without its end.</param>
    void Write(SshLogLevel level, string text);
}
