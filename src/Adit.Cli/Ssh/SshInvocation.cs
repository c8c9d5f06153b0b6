namespace Adit.Cli.Ssh;

/// <summary>What a command line of <c>adit ssh</c> asks for.</summary>
internal enum SshInvocation
{
    /// <summary>A connection.</summary>
    Connect,

    /// <summary>The help (<c>--help</c>), on standard output.</summary>
    Help,

    /// <summary>The version (<c>-V</c>), on standard error.</summary>
    Version,

    /// <summary><c>-G</c>: the configuration.</summary>
    Dump,

    /// <summary><c>-Q</c>: what is supported.</summary>
    Query,
}
