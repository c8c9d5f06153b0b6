using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Adit.Wire.WebSocket;

/// <summary>The arithmetic of the opening handshake over HTTP/1.1 (RFC 6455 §4).</summary>
public static class WebSocketHandshake
{
    /// <summary>The one version there is: the value of Sec-WebSocket-Version.</summary>
    public const string Version = "13";

    private const int NonceLength = 16; // §4.1
    private const string Guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // §1.3

    /// <summary>The value of Sec-WebSocket-Key.</summary>
    /// <param name="nonce">16 octets, chosen at random for each connection.</param>
    public static string KeyOf(ReadOnlySpan<byte> nonce) =>
        nonce.Length == NonceLength ? Convert.ToBase64String(nonce) : throw new ArgumentException($"websocket key: expected {NonceLength} octets, got {nonce.Length}", nameof(nonce));

    /// <summary>Whether a text may be a Sec-WebSocket-Key: base64 of 16 octets.</summary>
    public static bool IsKey(string? key) => key is { Length: 24 } && Base64.IsValid(key, out int length) && length == NonceLength;

    /// <summary>The value of Sec-WebSocket-Accept that answers a key.</summary>
    public static string AcceptOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + Guid)));
    }
}
