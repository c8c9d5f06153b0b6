namespace Adit.Carriers.Http;

/// <summary>A way to carry a stream in HTTP, the best first. The number is its name in <c>?rung=</c>.</summary>
public enum HttpRung
{
    /// <summary>WebSocket in a stream of HTTP/2: extended CONNECT (RFC 8441), over TLS.</summary>
    ExtendedConnect = 1,

    /// <summary>WebSocket over HTTP/1.1 (RFC 6455).</summary>
    WebSocket = 2,

    /// <summary>One POST whose request and response bodies go on at once.</summary>
    Duplex = 3,

    /// <summary>A GET whose response, and a POST whose request, go on.</summary>
    Pair = 4,

    /// <summary>Whole requests and whole answers, several at once: long-polls. Always a lifeline, never a stream by itself.</summary>
    LongPoll = 5,
}
