namespace Adit.Ssh.Forwarding;

/// <summary>
/// The channel that carries UDP: opened like direct-tcpip (RFC 4254 §7.2), its data datagrams as <see cref="Core.Datagrams.FramedFlow"/> has them. docs/UDP.md specifies it.
/// </summary>
public static class DatagramChannel
{
    /// <summary>The channel type; the name is ours (RFC 4250 §4.6.1).</summary>
    public const string Type = "direct-udp@adit";
}
