using Adit.Wire.Http;

namespace Adit.Wire.HttpProxy;

/// <summary>
/// The client's side of the upgrade to TLS within HTTP/1.1 (RFC 2817 §3.2), without I/O. Nothing but the name of the proxy is sent before TLS.
/// </summary>
/// <remarks>
/// <code>
/// OPTIONS * HTTP/1.1                  Host: proxy        Upgrade: TLS/1.2, TLS/1.1, TLS/1.0        Connection: Upgrade
/// HTTP/1.1 101 Switching Protocols    Upgrade: TLS/1.0, HTTP/1.1        Connection: Upgrade
/// TLS handshake, the client first; then the answer to OPTIONS, within TLS
/// </code>
/// The token's version names the mechanism; which version of TLS is spoken, the handshake settles. The request is OPTIONS and not CONNECT, so that a proxy which does not know the
/// upgrade neither learns the target nor opens a tunnel in the clear. Not thread-safe. Holds 16 KiB at most.
/// </remarks>
/// <param name="proxy">The proxy, as in a Host field.</param>
public sealed class UpgradeHandshake(HttpAuthority proxy)
{
    private readonly ResponseReader _reader = new();
    private byte[] _output = new HttpRequestHead(
        "OPTIONS", "*", 1, new HttpFields([new("Host", proxy.ToHostField(80)), new("Upgrade", "TLS/1.2, TLS/1.1, TLS/1.0"), new("Connection", "Upgrade")])).ToArray();

    private ConnectEvent _result = ConnectEvent.NeedMore;

    /// <summary>Why it failed; <see cref="ProxyRefusal.None"/> if it did not.</summary>
    public ProxyRefusal Refusal { get; private set; }

    /// <summary>What the proxy said, one bounded line without control characters; or what is wrong with what it sent.</summary>
    public string Words { get; private set; } = "";

    /// <summary>The octets to send now, perhaps none; they are given once.</summary>
    public byte[] TakeOutput()
    {
        byte[] output = _output;
        _output = [];
        return output;
    }

    /// <summary>Takes what the proxy sent; after <see cref="ConnectEvent.Succeeded"/> begin TLS.</summary>
    public ConnectEvent Receive(ReadOnlySpan<byte> source)
    {
        if (_result != ConnectEvent.NeedMore) return _result;
        DecodeStatus status = _reader.ReadHead("OPTIONS", ref source);
        if (status == DecodeStatus.Truncated) return ConnectEvent.NeedMore;
        if (status != DecodeStatus.Ok) return Fail(ProxyRefusal.Malformed, _reader.Fault);
        HttpResponseHead head = _reader.Head;
        if (head.StatusCode != 101) return Fail(ProxyRefusal.NotSupported, ResponseWords.Of(head, ""));
        // RFC 2817 §3.3, RFC 9110 §7.8: the response names the protocol that is spoken from here on.
        // Connection: Upgrade should stand beside it; cupsd leaves it out.
        if (head.Fields.Elements("Upgrade").FirstOrDefault()?.StartsWith("TLS/", StringComparison.OrdinalIgnoreCase) != true)
        {
            return Fail(ProxyRefusal.Malformed, "101: expected Upgrade: TLS/1.x");
        }

        // A server of TLS does not speak first: these octets were put there by somebody in between, to be taken for what comes within TLS.
        if (!source.IsEmpty) return Fail(ProxyRefusal.Malformed, "101: expected nothing behind it before TLS, got more");
        return _result = ConnectEvent.Succeeded;
    }

    /// <summary>Takes the end of the connection.</summary>
    public ConnectEvent ReceiveEnd() => _result == ConnectEvent.NeedMore ? Fail(ProxyRefusal.Other, "expected 101, got the end of the connection") : _result;

    private ConnectEvent Fail(ProxyRefusal refusal, string words)
    {
        (Refusal, Words) = (refusal, words);
        return _result = ConnectEvent.Failed;
    }
}
