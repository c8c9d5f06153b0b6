using System.Text;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Proxies.AccessLog;
using Adit.Proxies.Serving;
using Adit.Wire;
using Adit.Wire.Http;

namespace Adit.Proxies.Http;

/// <summary>
/// Serves a client that speaks HTTP/1.x: one request after another until one is a CONNECT that is granted, or the connection is not kept. Each request is
/// judged anew: TLS where it is required (RFC 2817 §4.2), the user (RFC 9110 §11.7), the target, the policy.
/// </summary>
/// <param name="client">The client.</param>
internal sealed partial class HttpSession(ProxyClient client)
{
    private static readonly byte[] Established = "HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray();
    private static readonly byte[] SwitchingToTls = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: TLS/1.2, HTTP/1.1\r\nConnection: Upgrade\r\n\r\n"u8.ToArray();

    /// <summary>Ours: octets of a refused request's body that are read for the connection's sake.</summary>
    private const int MostDiscarded = 64 * 1024;

    private readonly ProxyService _service = client.Service;
    private OriginConnection? _origin;
    private string? _knownAuthorization;

    public async Task ServeAsync()
    {
        try
        {
            bool handedOver = false;
            for (bool first = true; ; first = false)
            {
                if (!first && client.Unread.IsEmpty)
                {
                    client.SetDeadline(_service.Options.Limits.KeepAliveTime);
                    if (!await client.FillAsync().ConfigureAwait(false)) break;
                }

                client.SetDeadline(_service.Options.Limits.HeaderTime);
                if (await ReadHeadAsync().ConfigureAwait(false) is not { } head) break;
                HttpNext next = await HandleAsync(head).ConfigureAwait(false);
                handedOver = next == HttpNext.HandedOver;
                if (next != HttpNext.Request) break;
            }

            if (!handedOver) await client.LingerAsync().ConfigureAwait(false);
        }
        finally
        {
            _origin?.Close(inOrder: true);
        }
    }

    private async ValueTask<HttpRequestHead?> ReadHeadAsync()
    {
        while (true)
        {
            DecodeStatus status = HttpRequestHead.TryDecode(client.Unread, HttpLimits.Default, out HttpRequestHead head, out int consumed, out string fault);
            if (status == DecodeStatus.Ok)
            {
                client.Consume(consumed);
                return head;
            }

            if (status != DecodeStatus.Truncated)
            {
                _service.LogBroken(client, $"http: {fault}");
                await RefuseAsync(new HttpRequestHead("-", "-", 1, []), HttpAnswer.Of(status, fault), ProxyVerdict.Failed).ConfigureAwait(false);
                return null;
            }

            try
            {
                if (await client.FillAsync(HttpLimits.Default.HeadLength).ConfigureAwait(false)) continue;
                if (!client.Unread.IsEmpty) _service.LogBroken(client, $"http: {fault}");
                return null;
            }
            catch (OperationCanceledException) when (client.IsExpired)
            {
                _service.LogBroken(client, "http: expected a whole head in time, got a part of one");
                if (!client.Unread.IsEmpty) client.WriteLastWords(new HttpAnswer(408, "Request Timeout", "expected a whole request in time").ToOctets(keep: false, 1));
                return null;
            }
        }
    }

    private async ValueTask<HttpNext> HandleAsync(HttpRequestHead head)
    {
        DecodeStatus status = HttpBody.TryOf(head, out HttpBody body, out string fault);
        if (status != DecodeStatus.Ok) return await RefuseAsync(head, status == DecodeStatus.Unsupported ? new HttpAnswer(501, "Not Implemented", fault) : HttpAnswer.BadRequest(fault), ProxyVerdict.Failed).ConfigureAwait(false);
        if (head.MinorVersion >= 1 && head.Method != "CONNECT" && head.Fields.Find("Host") is null) // RFC 9112 §3.2
            return await RefuseAsync(head, HttpAnswer.BadRequest("Host: expected one field, got none"), ProxyVerdict.Failed).ConfigureAwait(false);
        if (HopByHop.NamesTooMuch(head.Fields))
            return await RefuseAsync(head, HttpAnswer.BadRequest("Connection: expected options of this connection, got the name of an end-to-end field"), ProxyVerdict.Failed).ConfigureAwait(false);

        if (!client.IsTls && _service.Options.Tls is not null && AsksForTls(head))
        {
            if (body.Kind != HttpBodyKind.None) // its octets would come before the TLS handshake (RFC 2817 §3.2 has such a client ask with OPTIONS first)
                return await RefuseAsync(head, HttpAnswer.BadRequest("Upgrade: expected a request without a body, got one"), ProxyVerdict.Failed).ConfigureAwait(false);
            await client.WriteAsync(SwitchingToTls).ConfigureAwait(false);
            await client.StartTlsAsync().ConfigureAwait(false);
        }

        if (_service.Options.RequireTls && !client.IsTls) return await RefuseAsync(head, HttpAnswer.UpgradeRequired, ProxyVerdict.Denied, body).ConfigureAwait(false);
        if (!IsKnown(head)) return await RefuseAsync(head, HttpAnswer.AuthenticationRequired, ProxyVerdict.Denied, body).ConfigureAwait(false);
        if (head.Fields.Find("Expect") is { } expect && !expect.Equals("100-continue", StringComparison.OrdinalIgnoreCase))
            return await RefuseAsync(head, new HttpAnswer(417, "Expectation Failed", "Expect: expected 100-continue, got something else"), ProxyVerdict.Failed).ConfigureAwait(false);
        if (head.Method == "CONNECT") return await ConnectAsync(head, body).ConfigureAwait(false);
        if (head.Method == "TRACE") return await RefuseAsync(head, new HttpAnswer(405, "Method Not Allowed", "TRACE shows what others added"), ProxyVerdict.Denied).ConfigureAwait(false);
        if (head.Method == "OPTIONS" && (head.Target == "*" || head.Fields.Find("Max-Forwards") == "0")) return await AnswerOptionsAsync(head, body).ConfigureAwait(false);
        if (HttpAuthority.TryParseAbsolute(head.Target, out HttpAuthority authority, out string? path)) return await ForwardAsync(head, body, authority, path).ConfigureAwait(false);
        return await RefuseAsync(head, HttpAnswer.BadRequest("request target: expected http://HOST[:PORT]/…, for this is a proxy (https:// goes by CONNECT)"), ProxyVerdict.Failed, body).ConfigureAwait(false);
    }

    private async ValueTask<HttpNext> ConnectAsync(HttpRequestHead head, HttpBody body)
    {
        if (body.Kind != HttpBodyKind.None || !HttpAuthority.TryParse(head.Target, null, out HttpAuthority to)) // RFC 9110 §9.3.6
            return await RefuseAsync(head, HttpAnswer.BadRequest("CONNECT: expected HOST:PORT and no body"), ProxyVerdict.Failed).ConfigureAwait(false);
        ProxyAccess access = client.NewAccess("connect", "CONNECT", to.Host, to.Port);
        try
        {
            DuplexStream origin;
            try
            {
                origin = await OriginDialing.DialAsync(client, client.Listener.Policy.Connect, "connect", access).ConfigureAwait(false);
            }
            catch (TunnelException e)
            {
                return await AnswerFailureAsync(head, access, e, body).ConfigureAwait(false);
            }

            try
            {
                access.Status = 200;
                await client.WriteAsync(Established).ConfigureAwait(false);
            }
            catch
            {
                origin.Abort(TunnelError.Closed);
                throw;
            }

            await Tunnel.RunAsync(client, origin, access).ConfigureAwait(false);
            return HttpNext.HandedOver;
        }
        finally
        {
            _service.Finish(access);
        }
    }

    // RFC 9110 §9.3.7: about the proxy itself.
    private async ValueTask<HttpNext> AnswerOptionsAsync(HttpRequestHead head, HttpBody body)
    {
        if (!await DiscardAsync(head, body).ConfigureAwait(false)) return HttpNext.End;
        bool keep = KeepsConnection(head);
        var fields = new HttpFields([new("Content-Length", "0"), new("Allow", "CONNECT, DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT")]);
        if (!keep) fields.Add("Connection", "close");
        else if (head.MinorVersion == 0) fields.Add("Connection", "keep-alive");
        await client.WriteAsync(new HttpResponseHead(200, "OK", fields).ToArray()).ConfigureAwait(false);
        return keep ? HttpNext.Request : HttpNext.End;
    }

    // RFC 2817 §3.1: TLS/1.0 is the token; later versions negotiate within TLS, and clients write them too.
    private static bool AsksForTls(in HttpRequestHead head)
    {
        if (head.MinorVersion == 0 || head.Fields.Find("Upgrade") is null || !head.Fields.HasElement("Connection", "Upgrade")) return false;
        return head.Fields.Elements("Upgrade").Any(e => e.Length == 7 && e.StartsWith("TLS/1.", StringComparison.OrdinalIgnoreCase) && e[6] is >= '0' and <= '3');
    }

    private bool IsKnown(in HttpRequestHead head)
    {
        if (_service.Options.Users is not { } users) return true;
        if (head.Fields.CountOf("Proxy-Authorization") != 1) return false;
        string value = head.Fields.Find("Proxy-Authorization")!;
        if (client.User is not null && value == _knownAuthorization) return true;
        client.User = null;
        const string Scheme = "Basic ";
        if (!value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return false;
        Span<byte> octets = stackalloc byte[1024];
        if (!Convert.TryFromBase64Chars(value.AsSpan(Scheme.Length).Trim(' '), octets, out int length)) return false;
        string text = Encoding.UTF8.GetString(octets[..length]); // RFC 7617 §2.1
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !users.Verify(text[..colon], text[(colon + 1)..])) return false;
        (client.User, _knownAuthorization) = (text[..colon], value);
        return true;
    }

    private async ValueTask<HttpNext> AnswerFailureAsync(HttpRequestHead head, ProxyAccess access, TunnelException failure, HttpBody body)
    {
        if (access.Verdict == ProxyVerdict.Denied) _service.LogRefusal(access);
        HttpAnswer answer = HttpAnswer.Of(failure);
        access.Status = answer.Status;
        return await AnswerAsync(head, answer, body).ConfigureAwait(false);
    }

    /// <summary>Answers a request that goes nowhere, and logs it.</summary>
    private async ValueTask<HttpNext> RefuseAsync(HttpRequestHead head, HttpAnswer answer, ProxyVerdict verdict, HttpBody? body = null)
    {
        bool isConnect = head.Method == "CONNECT";
        bool known = isConnect ? HttpAuthority.TryParse(head.Target, null, out HttpAuthority to) : HttpAuthority.TryParseAbsolute(head.Target, out to, out _);
        ProxyAccess access = client.NewAccess(isConnect ? "connect" : "http", head.Method, known ? to.Host : "-", to.Port);
        (access.Verdict, access.Reason, access.Status) = (verdict, answer.Text, answer.Status);
        if (verdict == ProxyVerdict.Denied) _service.LogRefusal(access);
        _service.Finish(access);
        // Where the body's length is not known for sure, what follows the head might be anything.
        if (body is { } length) return await AnswerAsync(head, answer, length).ConfigureAwait(false);
        await client.WriteAsync(answer.ToOctets(keep: false, head.MinorVersion, head.Method != "HEAD")).ConfigureAwait(false);
        return HttpNext.End;
    }

    private async ValueTask<HttpNext> AnswerAsync(HttpRequestHead head, HttpAnswer answer, HttpBody body)
    {
        bool small = body.Kind == HttpBodyKind.None || (body.Kind == HttpBodyKind.Length && body.Length <= MostDiscarded && head.Fields.Find("Expect") is null);
        bool keep = small && KeepsConnection(head);
        await client.WriteAsync(answer.ToOctets(keep, head.MinorVersion, head.Method != "HEAD")).ConfigureAwait(false);
        return keep && await DiscardAsync(head, body).ConfigureAwait(false) ? HttpNext.Request : HttpNext.End;
    }

    private async ValueTask<bool> DiscardAsync(HttpRequestHead head, HttpBody body)
    {
        if (body.Kind == HttpBodyKind.None) return true;
        if (body.Kind != HttpBodyKind.Length || body.Length > MostDiscarded || head.Fields.Find("Expect") is not null) return false;
        for (long left = body.Length; left > 0;)
        {
            if (client.Unread.IsEmpty && !await client.FillAsync().ConfigureAwait(false)) return false;
            int count = (int)Math.Min(left, client.Unread.Length);
            client.Consume(count);
            left -= count;
        }

        return true;
    }

    // RFC 9112 appendix C.2.2: clients of HTTP/1.0 say it to proxies by Proxy-Connection.
    private static bool KeepsConnection(in HttpRequestHead head) =>
        (head.KeepsConnection || (head.MinorVersion == 0 && head.Fields.HasElement("Proxy-Connection", "keep-alive"))) && !head.Fields.HasElement("Proxy-Connection", "close");
}
