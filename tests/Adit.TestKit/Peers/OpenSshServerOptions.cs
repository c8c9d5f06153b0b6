namespace Adit.TestKit.Peers;

/// <summary>How an <see cref="OpenSshServer"/> is set up.</summary>
public sealed record OpenSshServerOptions
{
    /// <summary>Lines of authorized_keys.</summary>
    public IReadOnlyList<string> AuthorizedKeys { get; init; } = [];

    /// <summary>The host keys to make, as ssh-keygen -t names them.</summary>
    public IReadOnlyList<string> HostKeyTypes { get; init; } = ["ed25519"];

    /// <summary>Lines of sshd_config that go first: of two values sshd takes the first.</summary>
    public IReadOnlyList<string> Config { get; init; } = [];

    /// <summary>The address to listen on, without brackets.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>0 for a free one.</summary>
    public int Port { get; init; }

    /// <summary>The network namespace to run in; null for the tests' own.</summary>
    public string? Namespace { get; init; }

    /// <summary>Reuse these host keys (a restart of the same server) rather than making new ones.</summary>
    public IReadOnlyList<SshKeyFile>? HostKeys { get; init; }

    /// <summary>Lines that go last, such as Match blocks.</summary>
    public IReadOnlyList<string> Last { get; init; } = [];

    /// <summary>The program to run in sshd's place, which takes sshd's options; null for sshd itself.</summary>
    public string? Program { get; init; }

    /// <summary>Words that go before the options, for a <see cref="Program"/> that has verbs.</summary>
    public IReadOnlyList<string> Verb { get; init; } = [];
}
