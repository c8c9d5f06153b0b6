using System.Text;
using Adit.Wire.Http;
using Adit.Wire.HttpProxy;

namespace Adit.TestKit.Codecs;

/// <summary>The client's side of HTTP CONNECT and of the upgrade as fuzz targets: any octets, in one piece and in two, come to the same end.</summary>
public static class HttpProxyTargets
{
    /// <summary>What proxies send.</summary>
    public static IReadOnlyList<byte[]> Inputs { get; } =
    [
        Latin("HTTP/1.1 200 Connection established\r\n\r\nSSH-2.0-x\r\n"),
        Latin("HTTP/1.0 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello"),
        Latin("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"),
        Latin("HTTP/1.1 407 Authenticate\r\nProxy-Authenticate: Digest realm=\"a\\\"b, c\", nonce=\"n\", qop=\"auth,auth-int\", algorithm=SHA-256, Basic realm=x\r\nContent-Length: 5\r\n\r\nsorryHTTP/1.1 200 OK\r\n\r\npayload"),
        Latin("HTTP/1.1 407 Authenticate\r\nProxy-Authenticate: Basic realm=x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nsorry\r\n0\r\n\r\nHTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 2\r\n\r\nno"),
        Latin("HTTP/1.1 403 Forbidden\r\nX-Squid-Error: ERR_ACCESS_DENIED 0\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nrule"),
        Latin("HTTP/1.1 502 Bad Gateway\r\nProxy-Status: p; error=dns_error\r\nConnection: close\r\n\r\nwords"),
        Latin("HTTP/1.1 101 Switching Protocols\r\nUpgrade: TLS/1.2, HTTP/1.1\r\nConnection: Upgrade\r\n\r\n"),
    ];

    /// <summary>The targets.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("connect-client", Inputs, input => Halves(input, pieces => Connect(pieces, null, false))),
        new("connect-client-credentials", Inputs, input => Halves(input, pieces => Connect(pieces, Authenticator(), false))),
        new("connect-client-upgraded", Inputs, input => Halves(input, pieces => Connect(pieces, Authenticator(), true))),
        new("upgrade-client", Inputs, input => Halves(input, Upgrade)),
    ];

    /// <summary>Asks a proxy, on one connection.</summary>
    /// <returns>The events, what was sent, and the octets left as payload.</returns>
    public static string Connect(IReadOnlyList<byte[]> pieces, HttpAuthenticator? authenticator, bool isUpgraded)
    {
        var client = new ConnectHandshake(new HttpAuthority("example.net", 443), authenticator, isUpgraded);
        var log = new StringBuilder(Sent(client.TakeOutput()));
        byte[] left = [];
        foreach (byte[] piece in pieces)
        {
            left = [.. left, .. piece];
            while (true)
            {
                ConnectEvent found = client.Receive(left, out int consumed);
                left = left[consumed..];
                log.Append(Sent(client.TakeOutput()));
                if (found == ConnectEvent.Failed) return log.Append($"{found} {client.Refusal}: {client.Words}").ToString();
                if (found == ConnectEvent.Reconnect) return log.Append(found).ToString();
                if (found == ConnectEvent.Succeeded || left.Length == 0 || consumed == 0) break;
            }
        }

        if (client.Receive(left, out int last) == ConnectEvent.Succeeded) return log.Append($"Succeeded; left {Encoding.Latin1.GetString(left[last..])}").ToString();
        ConnectEvent end = client.ReceiveEnd();
        return log.Append(Sent(client.TakeOutput())).Append($"end: {end} {client.Refusal}: {client.Words}").ToString();
    }

    /// <summary>Asks a proxy for the upgrade.</summary>
    public static string Upgrade(IReadOnlyList<byte[]> pieces)
    {
        var client = new UpgradeHandshake(new HttpAuthority("proxy", 80));
        ConnectEvent found = ConnectEvent.NeedMore;
        // In one piece, so that what lies behind the switch is seen; a socket gives it as it likes.
        byte[] all = [.. pieces.SelectMany(p => p)];
        found = client.Receive(all);
        if (found == ConnectEvent.NeedMore) found = client.ReceiveEnd();
        return $"{found} {client.Refusal}: {client.Words}";
    }

    /// <summary>With a cnonce that is always the same.</summary>
    public static HttpAuthenticator Authenticator() => new(new ProxyCredentials("alice", "secret"), () => "c0ffee");

    private static string Sent(byte[] output) => output.Length == 0 ? "" : $"[{Encoding.Latin1.GetString(output).Replace("\r\n", "|", StringComparison.Ordinal)}] ";

    private static byte[] Latin(string text) => Encoding.Latin1.GetBytes(text);

    private static void Halves(ReadOnlySpan<byte> input, Func<IReadOnlyList<byte[]>, string> run)
    {
        byte[] all = input.ToArray();
        string whole = run([all]);
        int middle = all.Length / 2;
        string halves = run([all[..middle], all[middle..]]);
        if (whole != halves) throw new CodecFailureException($"whole: [{whole}], in halves: [{halves}]");
    }
}
