using Adit.Ssh.Config.Server;

namespace Adit.Gateway.Sshd;

/// <summary>What a server is started with, beside its configuration.</summary>
public sealed record SshdOptions
{
    /// <summary>Where its configuration comes from; read again at a reload.</summary>
    public required SshdConfigRequest Configuration { get; init; }

    /// <summary>Host keys of the command line, before those of the configuration (<c>-h</c>).</summary>
    public IReadOnlyList<string> HostKeys { get; init; } = [];

    /// <summary>Certificates of the command line (<c>-c</c>).</summary>
    public IReadOnlyList<string> HostCertificates { get; init; } = [];

    /// <summary>The login grace time of the command line (<c>-g</c>); null for the configuration's.</summary>
    public TimeSpan? LoginGraceTime { get; init; }

    /// <summary>Whether the level of the log is the caller's (<c>-d</c>, <c>-q</c>), whatever LogLevel says.</summary>
    public bool KeepsLogLevel { get; init; }
}
