namespace Adit.Ssh.Config;

/// <summary>What the resolution of a configuration asks of the machine; replaceable for tests and for embedding.</summary>
public sealed record SshConfigEnvironment
{
    /// <summary>The local user's name (<c>%u</c>, <c>Match localuser</c>, and the default of User).</summary>
    public required string LocalUser { get; init; }

    /// <summary>The local user's numeric id (<c>%i</c>).</summary>
    public required string LocalUserId { get; init; }

    /// <summary>The local user's home folder (<c>%d</c>, <c>~</c>).</summary>
    public required string HomeDirectory { get; init; }

    /// <summary>This machine's name (<c>%l</c>; <c>%L</c> is its first label).</summary>
    public required string LocalHostName { get; init; }

    /// <summary>The folder of the system's ssh_config and what it includes.</summary>
    public string SystemDirectory { get; init; } = "/etc/ssh";

    /// <summary>Looks up an environment variable.</summary>
    public Func<string, string?> GetVariable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>Runs a command in the user's shell (<c>Match exec</c>): true when its exit status is 0.</summary>
    public Func<string, bool> RunShell { get; init; } = SystemAccount.RunShell;

    /// <summary>The home folder of another user, for <c>~user/</c>; null if there is no such user.</summary>
    public Func<string, string?> FindHome { get; init; } = SystemAccount.FindHome;

    /// <summary>The addresses of this machine's interfaces (<c>Match localnetwork</c>).</summary>
    public Func<IReadOnlyList<System.Net.IPAddress>> GetLocalAddresses { get; init; } = SystemAccount.GetLocalAddresses;

    /// <summary>Resolves a name for CanonicalizeHostname: its canonical name, or null if it does not resolve.</summary>
    public Func<string, string?> FindCanonicalName { get; init; } = SystemAccount.FindCanonicalName;

    /// <summary>This process's own account and machine.</summary>
    public static SshConfigEnvironment Current() => SystemAccount.Describe();
}
