using System.Security.Cryptography;
using Adit.Carriers.Http;
using Adit.Carriers.WebSocket;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Wire.Http;
using Adit.Wire.WebSocket;

namespace Adit.Carriers.Mqtt;

/// <summary>MQTT within WebSocket: binary messages, whose boundaries mean nothing, of the subprotocol <c>mqtt</c> (MQTT 5 §6).</summary>
internal static class MqttWebSocket
{
    private const string Subprotocol = "mqtt";

    /// <summary>Asks for the upgrade.</summary>
    /// <param name="below">The connection; owned from here on.</param>
    /// <param name="path">The path.</param>
    /// <param name="options">The broker.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">The broker refuses.</exception>
    public static async Task<DuplexStream> OpenAsync(DuplexStream below, string path, MqttBrokerOptions options, CancellationToken cancellationToken)
    {
        var exchange = new HttpExchange(below, options.Name);
        string key = WebSocketHandshake.KeyOf(RandomNumberGenerator.GetBytes(16));
        string host = options.Broker.Host.Contains(':', StringComparison.Ordinal) ? $"[{options.Broker.Host}]" : options.Broker.Host;
        var head = new HttpRequestHead("GET", path.Length == 0 ? "/" : path, 1, new HttpFields(
        [
            new("Host", $"{host}:{options.Broker.Port}"), new("Upgrade", "websocket"), new("Connection", "Upgrade"), new("Sec-WebSocket-Key", key), new("Sec-WebSocket-Version", WebSocketHandshake.Version),
            new("Sec-WebSocket-Protocol", Subprotocol),
        ]));
        await exchange.SendAsync(head, cancellationToken).ConfigureAwait(false);
        HttpResponseHead response = await exchange.ReceiveAsync(cancellationToken).ConfigureAwait(false);
        // RFC 6455 §4.1
        if (response.StatusCode != 101) throw Wrong(options, TunnelError.RefusedByHop, $"101, got {response.StatusCode}");
        if (!response.Fields.HasElement("Upgrade", "websocket") || !response.Fields.HasElement("Connection", "upgrade") || response.Fields.Find("Sec-WebSocket-Accept") != WebSocketHandshake.AcceptOf(key))
        {
            throw Wrong(options, TunnelError.ProtocolViolation, "an upgrade to websocket that accepts our key, got another");
        }

        if (response.Fields.Find("Sec-WebSocket-Protocol") != Subprotocol) throw Wrong(options, TunnelError.ProtocolViolation, "the subprotocol mqtt, got another or none"); // MQTT 5 §6
        var frames = new WebSocketStreamOptions { Name = options.Name, IsClient = true, MasksOutgoing = true, Heartbeat = TimeSpan.Zero, CloseTime = TimeSpan.FromSeconds(1) };
        return new WebSocketStream(new StreamTransport(exchange.Stream, exchange.Early), frames);
    }

    private static TunnelException Wrong(MqttBrokerOptions options, TunnelError error, string what) => new(error, $"{options.Name}: broker: websocket: expected {what}", options.Name);
}
