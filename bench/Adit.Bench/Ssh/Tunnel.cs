using Adit.TestKit.Peers;

namespace Adit.Bench.Ssh;

/// <summary>A running tunnel to the load server, and its figures.</summary>
/// <param name="Cipher">The cipher, or what the client picks by itself.</param>
/// <param name="Client">One of the clients below.</param>
/// <param name="Server">One of the servers below.</param>
/// <param name="Port">Where it is entered.</param>
/// <param name="Processes">The two ends, whose CPU counts with all their children's; none for the direct path.</param>
internal sealed record Tunnel(string Cipher, string Client, string Server, int Port, IReadOnlyList<PeerProcess> Processes)
{
    public const string Direct = "direct";
    public const string OpenSshClient = "ssh";
    public const string OpenSshServer = "sshd";
    public const string OurClient = "adit ssh";
    public const string OurServer = "adit serve";
    public const string Plink = "plink";

    /// <summary>Every pairing of OpenSSH's ends and ours.</summary>
    public static readonly (string Client, string Server)[] Pairings =
        [(OpenSshClient, OpenSshServer), (OpenSshClient, OurServer), (OurClient, OpenSshServer), (OurClient, OurServer)];

    /// <summary>Whether others are compared with it: no end is ours.</summary>
    public bool IsRival => Server == OpenSshServer && Client != OurClient;

    /// <summary>By kind of measurement: octets, channels or connections a second.</summary>
    public Dictionary<string, Samples> Rate { get; } = [];

    /// <summary>By kind: CPU seconds a GiB, or microseconds a channel.</summary>
    public Dictionary<string, Samples> Cpu { get; } = [];

    /// <summary>Takes note of a figure.</summary>
    public static void Add(Dictionary<string, Samples> samples, string kind, double value)
    {
        if (!samples.TryGetValue(kind, out Samples? of)) samples[kind] = of = new Samples();
        of.Add(value);
    }
}
