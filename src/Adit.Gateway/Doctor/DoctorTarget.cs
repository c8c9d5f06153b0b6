using Adit.Ssh.Config;

namespace Adit.Gateway.Doctor;

/// <summary>Whom the ways should reach. Immutable.</summary>
/// <param name="Destination">The server, and perhaps user and port.</param>
/// <param name="ConfigFile">The ssh_config to resolve it by; null for the usual ones, <c>none</c> for none.</param>
/// <param name="IdentityFile">A private key beside those of the configuration; null for none.</param>
public sealed record DoctorTarget(SshDestination Destination, string? ConfigFile = null, string? IdentityFile = null)
{
    /// <summary>The configuration of the server at a port: never asks, believes known hosts only, and writes no file.</summary>
    /// <param name="port">The port; null for the one that the destination or the configuration names.</param>
    public SshConfig Resolve(int? port = null)
    {
        var options = new List<string> { "BatchMode yes", "StrictHostKeyChecking yes", "UpdateHostKeys no", "Compression no", "ClearAllForwardings yes", "ProxyJump none" };
        if (Destination.User is { } user) options.Add($"User {Quote(user)}");
        if ((port ?? Destination.Port) is { } number) options.Add(FormattableString.Invariant($"Port {number}"));
        if (IdentityFile is not null) options.Add($"IdentityFile {Quote(IdentityFile)}");
        return SshConfigResolver.Resolve(new SshConfigRequest { Host = Destination.Host, Options = options, ConfigFile = ConfigFile });
    }

    /// <summary>Whether the configuration leads to the server by jump hosts or a command, which other ways leave out.</summary>
    public bool IsRouted => SshConfigResolver.Resolve(new SshConfigRequest { Host = Destination.Host, ConfigFile = ConfigFile }) is { ProxyJump.Count: > 0 } or { ProxyCommand: not null };

    private static string Quote(string value) => $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
