using Adit.Carriers.Mqtt;
using Adit.Core;
using Adit.Core.Hops;
using Adit.Core.Lifeline;
using Adit.Core.Mailboxes;
using Adit.Core.Streams;
using Adit.Wire.Lifeline;
using Adit.Wire.Mqtt;

namespace Adit.Gateway.Hops;

/// <summary>
/// From an <c>mqtt://</c> or <c>mqtts://</c> hop to its carrier: the path is what stands before all topics, <c>server=NAME</c> the gateway's name, <c>ws=PATH</c> means WebSocket, <c>rate=OCTETS</c> (with k or M; 0:
/// no limit) how much is sent in a second, <c>version=5|3.1.1</c> the one version to speak, <c>presence=yes|no</c>
/// whether the gateway leaves a record that it serves, and a client looks for it first.
/// </summary>
internal static class MqttHop
{
    /// <summary>Makes the carrier.</summary>
    /// <param name="hop">The hop.</param>
    /// <param name="previous">Dials the broker.</param>
    /// <param name="key">The carrier key.</param>
    /// <exception cref="TunnelException"><see cref="TunnelError.BadConfiguration"/>: something in it is wrong.</exception>
    public static IMailboxDialer Create(HopUri hop, IStreamDialer previous, CarrierKey key) => new MqttMailboxDialer(OptionsOf(hop, () => [key]), previous);

    /// <summary>Reads a hop.</summary>
    /// <param name="hop">The hop.</param>
    /// <param name="keys">Tells the carrier keys of a presence record; asked where there is to be one.</param>
    /// <exception cref="TunnelException"><see cref="TunnelError.BadConfiguration"/>: something in it is wrong.</exception>
    internal static MqttBrokerOptions OptionsOf(HopUri hop, Func<IReadOnlyList<CarrierKey>>? keys = null)
    {
        (string? user, string? password) = HopCredentials.Of(hop);
        return OptionsOf(hop.ToString(), hop.Destination, hop.Path, hop.Query) with
        {
            Tls = hop.Scheme.Name == "mqtts" ? HopTls.Of(hop, hasCarrierKey: true) : null,
            User = user,
            Password = password,
            PresenceKeys = HasPresence(hop) ? Bounded(hop, keys) : null,
        };
    }

    /// <summary>What hops and listeners say alike.</summary>
    internal static MqttBrokerOptions OptionsOf(string name, TcpDestination broker, string path, IReadOnlyDictionary<string, string> query)
    {
        string prefix = Uri.UnescapeDataString(path.Trim('/'));
        if (prefix.Length == 0) prefix = MqttBrokerOptions.DefaultPrefix;
        string server = query.GetValueOrDefault("server") is { Length: > 0 } named ? named : MqttBrokerOptions.DefaultServer;
        if (MqttTopics.Judge(prefix, isLevel: false) is { } wrongPrefix) throw Wrong(name, "prefix", wrongPrefix);
        if (MqttTopics.Judge(server, isLevel: true) is { } wrongServer) throw Wrong(name, "server", wrongServer);
        var options = new MqttBrokerOptions
        {
            Name = name,
            Broker = broker,
            Prefix = prefix,
            Server = server,
            WebSocketPath = query.TryGetValue("ws", out string? ws) ? (ws.StartsWith('/') ? ws : "/" + ws) : null,
        };
        if (query.TryGetValue("rate", out string? rate)) options = options with { Rate = HopRate.Parse(name, rate) };
        return query.TryGetValue("version", out string? version)
            ? options with { Versions = [version switch { "5" => MqttVersion.V5, "3.1.1" => MqttVersion.V311, _ => throw Wrong(name, "version", $"expected 5 or 3.1.1, got \"{version}\"") }] }
            : options;
    }

    private static bool HasPresence(HopUri hop) => hop.Query.GetValueOrDefault("presence") switch
    {
        null or "no" => false,
        "" or "yes" => true,
        string other => throw Wrong(hop.ToString(), "presence", $"expected yes or no, got \"{other}\""),
    };

    private static Func<IReadOnlyList<CarrierKey>>? Bounded(HopUri hop, Func<IReadOnlyList<CarrierKey>>? keys) =>
        keys is null || keys().Count is var count && count <= LifelinePresence.MostEntries ? keys : throw Wrong(hop.ToString(), "presence", $"expected at most {LifelinePresence.MostEntries} carrier keys, got {count}");

    private static TunnelException Wrong(string name, string key, string what) => new(TunnelError.BadConfiguration, $"{name}: {key}: {what}", name);
}
