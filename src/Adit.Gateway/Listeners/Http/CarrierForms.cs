namespace Adit.Gateway.Listeners.Http;

/// <summary>The forms of HTTP in which a listener takes carriers.</summary>
[Flags]
internal enum CarrierForms
{
    None = 0,

    /// <summary>WebSocket, over HTTP/1.1 (RFC 6455) and HTTP/2 (RFC 8441).</summary>
    WebSocket = 1,

    /// <summary>The bodies of requests and responses.</summary>
    Bodies = 2,
}
