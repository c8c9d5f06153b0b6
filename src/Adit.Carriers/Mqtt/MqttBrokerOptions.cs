using Adit.Core;
using Adit.Core.Lifeline;
using Adit.Core.Streams;
using Adit.Wire.Mqtt;

namespace Adit.Carriers.Mqtt;

/// <summary>A broker, who we are to it, and where a gateway is found there. Immutable.</summary>
public sealed record MqttBrokerOptions
{
    /// <summary>The server's name where none is given.</summary>
    public const string DefaultServer = "gateway";

    /// <summary>What stands before all topics where nothing is given.</summary>
    public const string DefaultPrefix = "adit";

    /// <summary>For messages: the hop or the listener, without secrets.</summary>
    public required string Name { get; init; }

    /// <summary>The broker.</summary>
    public required TcpDestination Broker { get; init; }

    /// <summary>What is expected of the broker's certificate; null without TLS.</summary>
    public TlsClientOptions? Tls { get; init; }

    /// <summary>The path of a WebSocket (MQTT 5 §6), such as <c>/mqtt</c>; null for MQTT straight over TCP or TLS.</summary>
    public string? WebSocketPath { get; init; }

    /// <summary>The user name; null for none.</summary>
    public string? User { get; init; }

    /// <summary>The password; null for none. Never in messages or logs.</summary>
    public string? Password { get; init; }

    /// <summary>What stands before all topics, of one level or several, without wildcards; default <c>adit</c>.</summary>
    public string Prefix { get; init; } = DefaultPrefix;

    /// <summary>The gateway's name: one level of a topic; default <c>gateway</c>.</summary>
    public string Server { get; init; } = DefaultServer;

    /// <summary>The versions to try, in order; default 5, then 3.1.1 where the broker refuses.</summary>
    public IReadOnlyList<MqttVersion> Versions { get; init; } = [MqttVersion.V5, MqttVersion.V311];

    /// <summary>Octets that each side may send on a path in a second; default 1 000 000, which a broker of moderate means carries beside its other work; 0 for no limit.</summary>
    public long Rate { get; init; } = 1_000_000;

    /// <summary>Octets of a message's payload at most; default 16 KiB, and never more than the broker takes. 512 to 65000.</summary>
    public int PayloadLength
    {
        get;
        init => field = value is >= 512 and <= 65_000 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "mqtt payload: expected 512 to 65000 octets");
    }
    = 16 * 1024;

    /// <summary>How long the way to the broker is silent before it is asked for a sign of life; default 30 s, 5 s to 18 h. The broker may want less.</summary>
    public TimeSpan KeepAlive
    {
        get;
        init => field = value.TotalSeconds is >= 5 and <= 65_535 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "mqtt keep-alive: expected 5 to 65535 seconds");
    }
    = TimeSpan.FromSeconds(30);

    /// <summary>How long connecting, subscribing, or a sign of life may take; default 10 s.</summary>
    public TimeSpan AnswerTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Tells the carrier keys of a presence record: a gateway's for all of its peers, which may come and go and of which the first 512 count, a client's own alone. Must be quick. Null, the default: a gateway leaves no
    /// record, and a client asks for none.
    /// </summary>
    public Func<IReadOnlyList<CarrierKey>>? PresenceKeys { get; init; }

    /// <summary>How long after its subscription was granted a client waits for the record, which brokers send at once; default 1 s.</summary>
    public TimeSpan PresenceTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
