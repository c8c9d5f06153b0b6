namespace Adit.Ssh.Config;

/// <summary>LogLevel, from silent to most.</summary>
public enum SshLogLevel
{
    /// <summary>Nothing (<c>-q</c>).</summary>
    Quiet,

    /// <summary>What ends the connection.</summary>
    Fatal,

    /// <summary>Errors.</summary>
    Error,

    /// <summary>The default.</summary>
    Info,

    /// <summary>A little more.</summary>
    Verbose,

    /// <summary><c>-v</c>.</summary>
    Debug1,

    /// <summary><c>-vv</c>.</summary>
    Debug2,

    /// <summary><c>-vvv</c>.</summary>
    Debug3,
}
