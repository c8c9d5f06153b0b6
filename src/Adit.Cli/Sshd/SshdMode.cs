namespace Adit.Cli.Sshd;

/// <summary>What <c>adit sshd</c> is asked to do.</summary>
internal enum SshdMode
{
    /// <summary>Serve in the background.</summary>
    Daemon,

    /// <summary><c>-D</c>: serve in the foreground.</summary>
    Foreground,

    /// <summary><c>-d</c>: serve one connection in the foreground.</summary>
    Debug,

    /// <summary><c>-i</c>: serve one connection on standard input and output.</summary>
    Inetd,

    /// <summary><c>-t</c>: judge the configuration.</summary>
    Test,

    /// <summary><c>-T</c>: print it.</summary>
    ExtendedTest,

    /// <summary><c>-V</c>.</summary>
    Version,

    /// <summary><c>--help</c>.</summary>
    Help,
}
