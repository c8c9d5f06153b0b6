using Adit.Core;
using Adit.Core.Streams;
using Adit.Wire;
using Adit.Wire.Http;
using Adit.Wire.Socks;

namespace Adit.Proxies.Audit;

/// <summary>
/// Asks a proxy, as a stranger, for what it should not give (VU#150227): CONNECT to ports that are not HTTPS, the proxy's own loopback, private networks, a
/// cloud's metadata service; the same by SOCKS and plain HTTP. Theory of operation: the targets need not be there. A policy refuses at once and says so (403,
/// SOCKS reply 2); a proxy that answers with a network's failure, or takes long, has tried, and that is the hole. Nothing is sent through what is granted.
/// </summary>
/// <param name="proxy">The proxy.</param>
/// <param name="dialer">What reaches it.</param>
/// <param name="patience">How long one answer may take; what takes longer is taken for a try.</param>
/// <param name="time">The clock; null for the system's.</param>
public sealed class ProxyAuditor(TcpDestination proxy, IStreamDialer dialer, TimeSpan patience, TimeProvider? time = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>Runs all of it, one request after another.</summary>
    /// <exception cref="TunnelException">The proxy was not reached.</exception>
    public async Task<IReadOnlyList<AuditFinding>> RunAsync(CancellationToken cancellationToken = default)
    {
        // First of all: a proxy that is not there is no closed proxy.
        (await dialer.DialAsync(new DialRequest(proxy), cancellationToken).ConfigureAwait(false)).Abort(TunnelError.Closed);
        var findings = new List<AuditFinding>();
        foreach ((string protocol, Func<string, int, CancellationToken, Task<(AuditOutcome, string)>> ask) in new (string, Func<string, int, CancellationToken, Task<(AuditOutcome, string)>>)[]
            { ("connect", AskConnectAsync), ("http", AskHttpAsync), ("socks5", AskSocks5Async), ("socks4", AskSocks4Async) })
        {
            foreach ((string kind, string host, int port) in Targets(protocol))
            {
                (AuditOutcome outcome, string answer) = await AskAsync(ask, host, port, cancellationToken).ConfigureAwait(false);
                findings.Add(new AuditFinding(protocol, kind, new TcpDestination(host, port).ToString(), outcome, answer));
                if (outcome == AuditOutcome.NotSpoken) break;
            }
        }

        return findings;
    }

    // The proxy's own port is open, so what reaches loopback there is granted rather than tried. 443 tells a rule about ports from one about addresses.
    private IEnumerable<(string Kind, string Host, int Port)> Targets(string protocol)
    {
        string away = System.Net.IPAddress.TryParse(proxy.Host, out _) || proxy.Host == "localhost" ? "198.51.100.1" : proxy.Host;
        if (protocol == "connect")
            foreach (int port in (int[])[22, 25, 6667]) yield return ("port", away, port);
        int[] ports = protocol == "http" ? [80, proxy.Port] : [443, proxy.Port];
        foreach (int port in ports) yield return ("loopback", "127.0.0.1", port);
        if (protocol == "socks4")
        {
            yield return ("private", "10.255.255.254", 443);
            yield return ("metadata", "169.254.169.254", 80);
            yield break;
        }

        yield return ("loopback", "::1", ports[0]);
        yield return ("loopback", "::ffff:127.0.0.1", ports[0]);
        yield return ("loopback", "localhost", ports[0]);
        yield return ("loopback", "2130706433", ports[0]);
        yield return ("private", "10.255.255.254", ports[0]);
        yield return ("private", "192.168.255.254", ports[0]);
        yield return ("metadata", "169.254.169.254", protocol == "connect" ? 443 : 80);
    }

    private async Task<(AuditOutcome Outcome, string Answer)> AskAsync(
        Func<string, int, CancellationToken, Task<(AuditOutcome, string)>> ask, string host, int port, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var late = new CancellationTokenSource(patience, _time);
        using CancellationTokenRegistration registration = late.Token.Register(limit.Cancel);
        try
        {
            return await ask(host, port, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (AuditOutcome.Tried, $"no answer in {patience.TotalSeconds:0.#} s");
        }
        catch (IOException e)
        {
            return (AuditOutcome.Unclear, e.Message);
        }
    }

    private Task<(AuditOutcome, string)> AskConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        string target = new HttpAuthority(host, port).ToString();
        return AskHttpAsync(new HttpRequestHead("CONNECT", target, 1, new HttpFields([new("Host", target)])), cancellationToken);
    }

    private Task<(AuditOutcome, string)> AskHttpAsync(string host, int port, CancellationToken cancellationToken)
    {
        string target = new HttpAuthority(host, port).ToHostField(80);
        return AskHttpAsync(new HttpRequestHead("GET", $"http://{target}/", 1, new HttpFields([new("Host", target), new("Connection", "close")])), cancellationToken);
    }

    private async Task<(AuditOutcome, string)> AskHttpAsync(HttpRequestHead request, CancellationToken cancellationToken)
    {
        DuplexStream stream = await dialer.DialAsync(new DialRequest(proxy), cancellationToken).ConfigureAwait(false);
        try
        {
            await stream.WriteAsync(request.ToArray(), cancellationToken).ConfigureAwait(false);
            byte[] buffer = new byte[HttpLimits.Default.HeadLength + 1];
            for (int length = 0; ;)
            {
                int count = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
                length += count;
                DecodeStatus status = HttpResponseHead.TryDecode(buffer.AsSpan(0, length), out HttpResponseHead head, out _);
                if (status == DecodeStatus.Ok) return (Judge(request.Method, head), $"{head.StatusCode} {head.Reason}");
                if (status != DecodeStatus.Truncated || count == 0) return (AuditOutcome.NotSpoken, length == 0 ? "closed without an answer" : "no HTTP");
            }
        }
        finally
        {
            stream.Abort(TunnelError.Closed);
        }
    }

    // A web server answers an absolute target with a page of its own: only Via (RFC 9110 §7.6.3) shows that the request went on.
    private static AuditOutcome Judge(string method, in HttpResponseHead head) => head.StatusCode switch
    {
        407 => AuditOutcome.AuthenticationRequired,
        403 or 405 or 426 or 451 or 508 => AuditOutcome.Refused,
        500 or 502 or 503 or 504 => AuditOutcome.Tried,
        >= 200 and < 300 when method == "CONNECT" => AuditOutcome.Granted,
        400 or 404 or 501 when method == "CONNECT" => AuditOutcome.NotSpoken,
        _ when method == "GET" && head.Fields.Find("Via") is not null => AuditOutcome.Granted,
        _ => AuditOutcome.Unclear,
    };

    private Task<(AuditOutcome, string)> AskSocks5Async(string host, int port, CancellationToken cancellationToken) =>
        AskSocksAsync(new SocksRequest(SocksVersion.Socks5, SocksCommand.Connect, host, port), cancellationToken);

    private Task<(AuditOutcome, string)> AskSocks4Async(string host, int port, CancellationToken cancellationToken) =>
        AskSocksAsync(new SocksRequest(SocksVersion.Socks4, SocksCommand.Connect, host, port), cancellationToken);

    private async Task<(AuditOutcome, string)> AskSocksAsync(SocksRequest request, CancellationToken cancellationToken)
    {
        var handshake = new SocksClientHandshake(request);
        DuplexStream stream = await dialer.DialAsync(new DialRequest(proxy), cancellationToken).ConfigureAwait(false);
        try
        {
            byte[] buffer = new byte[1024];
            bool answered = false;
            while (true)
            {
                byte[] output = handshake.TakeOutput();
                if (output.Length > 0) await stream.WriteAsync(output, cancellationToken).ConfigureAwait(false);
                int count = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                if (count == 0) return answered ? (AuditOutcome.Unclear, "closed without a reply") : (AuditOutcome.NotSpoken, "closed without an answer");
                byte first = buffer[0];
                SocksClientEvent found = handshake.Receive(buffer.AsSpan(0, count), out _);
                if (found == SocksClientEvent.Succeeded) return (AuditOutcome.Granted, "granted");
                if (found == SocksClientEvent.Failed) return (Judge(request.Version, handshake, first, answered), handshake.FailureReason);
                answered = true;
            }
        }
        finally
        {
            stream.Abort(TunnelError.Closed);
        }
    }

    private static AuditOutcome Judge(SocksVersion version, SocksClientHandshake handshake, byte first, bool answered)
    {
        if (version != SocksVersion.Socks5) return first is 0 or 4 ? AuditOutcome.Unclear : AuditOutcome.NotSpoken; // 91 is a refusal and a failure alike
        if (first != 5) return AuditOutcome.NotSpoken;
        if (!answered) return AuditOutcome.AuthenticationRequired;
        return handshake.Reply switch
        {
            SocksReply.NotAllowed => AuditOutcome.Refused,
            SocksReply.NetworkUnreachable or SocksReply.HostUnreachable or SocksReply.ConnectionRefused or SocksReply.TtlExpired => AuditOutcome.Tried,
            SocksReply.CommandNotSupported or SocksReply.AddressTypeNotSupported => AuditOutcome.Refused,
            _ => AuditOutcome.Unclear,
        };
    }
}
