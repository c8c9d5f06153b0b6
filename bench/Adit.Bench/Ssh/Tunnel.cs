using Adit.TestKit.Peers;

namespace Adit.Bench.Ssh;

/// <summary>A running tunnel to the load server, and its figures.</summary>
/// <param name="Port">Where it is entered.</param>
/// <param name="Processes">The two ends, whose CPU counts with all their children's; none for the direct path.</param>
internal sealed record Tunnel(string Cipher, string Client, string Server, int Port, IReadOnlyList<PeerProcess> Processes)
{
    public const string Direct = "direct";
    public const string OpenSshClient = "ssh";
    public const string OpenSshServer = "sshd";
    public const string OurClient = "adit ssh";
    public const string OurServer = "adit serve";

    public bool IsOpenSsh => Client == OpenSshClient && Server == OpenSshServer;

    /// <summary>By kind of measurement: octets or channels a second.</summary>
    public Dictionary<string, Samples> Rate { get; } = [];

    /// <summary>By kind: CPU seconds a GiB, or microseconds a channel.</summary>
    public Dictionary<string, Samples> Cpu { get; } = [];
}
