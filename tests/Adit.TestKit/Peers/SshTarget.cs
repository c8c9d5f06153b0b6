using System.Net;

namespace Adit.TestKit.Peers;

/// <summary>Where an SSH server of the tests is, and what a client needs to trust it.</summary>
/// <param name="Host">An address without brackets.</param>
/// <param name="HostKeys">Its public host keys as "type base64".</param>
public sealed record SshTarget(string Host, int Port, string User, IReadOnlyList<string> HostKeys)
{
    /// <summary>The server's keys as lines of a known_hosts file.</summary>
    public string KnownHosts => string.Concat(HostKeys.Select(k => Port == 22 ? $"{Host} {k}\n" : $"[{Host}]:{Port} {k}\n"));

    public IPEndPoint EndPoint => new(IPAddress.Parse(Host), Port);
}
