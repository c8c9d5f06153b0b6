namespace Adit.Wire.WebSocket;

/// <summary>What a WebSocket frame is (RFC 6455 §5.2, §11.8). Values of 8 and more are control frames.</summary>
public enum WebSocketOpcode
{
    /// <summary>Goes on with the message that an earlier frame began.</summary>
    Continuation = 0,

    /// <summary>Begins a message of UTF-8 text.</summary>
    Text = 1,

    /// <summary>Begins a message of octets.</summary>
    Binary = 2,

    /// <summary>Ends the connection.</summary>
    Close = 8,

    /// <summary>Asks for a pong with the same octets.</summary>
    Ping = 9,

    /// <summary>Answers a ping, or shows life unasked.</summary>
    Pong = 10,
}
