namespace Adit.Ssh.Config.Server;

/// <summary>What a server's configuration is made of.</summary>
public sealed record SshdConfigRequest
{
    /// <summary>The file; <c>none</c> or <c>/dev/null</c> for none.</summary>
    public string File { get; init; } = "/etc/ssh/sshd_config";

    /// <summary>Lines of the command line, which come before the file's.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>Ports of the command line, which replace those of Port.</summary>
    public IReadOnlyList<int> Ports { get; init; } = [];

    /// <summary>What lists of algorithms are resolved against.</summary>
    public SshAlgorithmLists Algorithms { get; init; } = SshAlgorithmLists.Default;
}
