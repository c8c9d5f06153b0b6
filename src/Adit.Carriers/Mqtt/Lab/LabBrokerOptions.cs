using System.Net;

namespace Adit.Carriers.Mqtt.Lab;

/// <summary>How a laboratory's broker behaves. Immutable.</summary>
public sealed record LabBrokerOptions
{
    /// <summary>Where it listens: an address of loopback; default 127.0.0.1:1883.</summary>
    public IPEndPoint Listen
    {
        get;
        init => field = IPAddress.IsLoopback(value.Address) ? value : throw new ArgumentException($"lab broker: expected an address of loopback, got {value}", nameof(value));
    }
    = new(IPAddress.Loopback, 1883);

    /// <summary>What each client must say, by its user name; empty, the default, for anybody and any password. Secrets.</summary>
    public IReadOnlyDictionary<string, string> Passwords { get; init; } = new Dictionary<string, string>();

    /// <summary>Clients at most; default 64. Each holds twice <see cref="LongestPacket"/>, and at most four times <see cref="MostQueued"/>.</summary>
    public int MostClients { get; init; } = 64;

    /// <summary>Topic filters of one client at most; default 64.</summary>
    public int MostSubscriptions { get; init; } = 64;

    /// <summary>Octets of the longest packet that is taken; default 128 KiB. A client that sends a longer one is disconnected.</summary>
    public int LongestPacket { get; init; } = 128 * 1024;

    /// <summary>Octets that wait for one client at most; default 4 MiB. Messages beyond are dropped in silence, as brokers do.</summary>
    public int MostQueued { get; init; } = 4 * 1024 * 1024;

    /// <summary>Topics with a retained message at most, each no longer than a packet; default 64. More are not kept.</summary>
    public int MostRetained { get; init; } = 64;

    /// <summary>How long a client that has connected may take to send CONNECT; default 10 s.</summary>
    public TimeSpan ConnectTime { get; init; } = TimeSpan.FromSeconds(10);
}
