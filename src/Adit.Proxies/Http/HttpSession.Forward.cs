using System.Buffers;
using System.Globalization;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Platform.EventLoops;
using Adit.Proxies.AccessLog;
using Adit.Proxies.Serving;
using Adit.Wire;
using Adit.Wire.Http;

namespace Adit.Proxies.Http;

/// <summary>
/// Plain HTTP proxying (RFC 9110 §7.6). The request's body flows to the origin while the response comes back, so that a client may stream both ways; interim
/// responses pass. A body is passed as it came (by length, by chunks, which are checked); one that only the connection's end delimits becomes chunks.
/// </summary>
internal sealed partial class HttpSession
{
    /// <summary>Ours: octets of a body that are read at once.</summary>
    private const int BodyLength = 64 * 1024;

    /// <summary>Ours: octets of a body after which others on the event loop have their turn.</summary>
    private const int TurnLength = 512 * 1024;

    private string? _clientFault;

    private async ValueTask<HttpNext> ForwardAsync(HttpRequestHead head, HttpBody body, HttpAuthority authority, string path)
    {
        ProxyAccess access = client.NewAccess("http", head.Method, authority.Host, authority.Port);
        try
        {
            if (head.Fields.CountOf("Via") > 0 && head.Fields.Elements("Via").Any(v => v.Split(' ') is [_, var by, ..] && by == _service.Pseudonym))
            {
                access.Verdict = ProxyVerdict.Denied;
                access.Reason = "Via: a loop";
                _service.LogRefusal(access);
                access.Status = 508;
                return await AnswerAsync(head, new HttpAnswer(508, "Loop Detected", "the request has come through this proxy before"), body).ConfigureAwait(false);
            }

            byte[] request = Rewrite(head, body, authority, path).ToArray();
            try
            {
                bool repeatable = body.Kind == HttpBodyKind.None && head.Method is "GET" or "HEAD" or "OPTIONS";
                await ConnectOriginAsync(authority, access, mayReuse: repeatable).ConfigureAwait(false);
                (HttpResponseHead Head, int Length)? response = null;
                Task<bool> sending;
                while (true)
                {
                    (sending, response) = await ExchangeAsync(request, body, head.MinorVersion, access).ConfigureAwait(false);
                    if (response is not null) break;
                    // A kept connection that the origin has just ended: RFC 9112 §9.3.1 lets what is safe be sent again.
                    bool wasKept = _origin!.Requests > 1;
                    CloseOrigin(inOrder: false);
                    if (!wasKept || !repeatable) throw new TunnelException(TunnelError.ConnectionLost, $"{authority}: expected a response, got the end of the connection");
                    await ConnectOriginAsync(authority, access, mayReuse: false).ConfigureAwait(false);
                }

                return await PassResponseAsync(head, response.Value.Head, sending, access).ConfigureAwait(false);
            }
            catch (TunnelException e) when (access.Status == 0)
            {
                CloseOrigin(inOrder: false);
                if (access.Verdict == ProxyVerdict.Allowed) (access.Verdict, access.Reason) = (ProxyVerdict.Failed, e.Message);
                if (_clientFault is { } fault)
                {
                    access.Status = 400;
                    await client.WriteAsync(HttpAnswer.BadRequest(fault).ToOctets(keep: false, head.MinorVersion)).ConfigureAwait(false);
                    return HttpNext.End;
                }

                HttpNext next = await AnswerFailureAsync(head, access, e, body).ConfigureAwait(false);
                // A body that was partly sent to the origin is no longer there to skip.
                return body.Kind == HttpBodyKind.None || access.Verdict == ProxyVerdict.Denied ? next : HttpNext.End;
            }
        }
        finally
        {
            _service.Finish(access);
        }
    }

    private async ValueTask ConnectOriginAsync(HttpAuthority authority, ProxyAccess access, bool mayReuse)
    {
        if (_origin is { } kept && (!mayReuse || kept.Authority != authority || kept.User != client.User || kept.IsStale())) CloseOrigin(inOrder: true);
        if (_origin is not null)
        {
            access.Reason = "as for the request before";
            return;
        }

        _origin = new OriginConnection(await OriginDialing.DialAsync(client, client.Listener.Policy.Other, "http", access).ConfigureAwait(false), authority, client.User);
    }

    private void CloseOrigin(bool inOrder)
    {
        _origin?.Close(inOrder);
        _origin = null;
    }

    private HttpRequestHead Rewrite(in HttpRequestHead head, HttpBody body, HttpAuthority authority, string path)
    {
        HttpFields fields = HopByHop.Strip(head.Fields);
        fields.Remove("Host");
        var all = new HttpFields([new("Host", authority.ToHostField(80)), .. fields]); // RFC 9112 §3.2.2: the target's, whatever the client's field says
        if (all.Find("Max-Forwards") is { } forwards && int.TryParse(forwards, NumberStyles.None, CultureInfo.InvariantCulture, out int left) && left > 0)
            all.Set("Max-Forwards", (left - 1).ToString(CultureInfo.InvariantCulture));
        HopByHop.AddVia(all, head.MinorVersion, _service.Pseudonym);
        if (body.Kind == HttpBodyKind.Chunked) all.Add("Transfer-Encoding", "chunked");
        if (_service.Options.PassUpgrade && head.Fields.Find("Upgrade") is { } upgrade && head.Fields.HasElement("Connection", "Upgrade"))
        {
            all.Add("Connection", "Upgrade");
            all.Add("Upgrade", upgrade);
        }

        return new HttpRequestHead(head.Method, path, 1, all);
    }

    /// <summary>Sends a request and waits for the final response's head; interim ones go to the client.</summary>
    /// <returns>Whether the body was sent whole, once it is; and null for a connection that ended before the first octet.</returns>
    private async ValueTask<(Task<bool> Sending, (HttpResponseHead Head, int Length)? Response)> ExchangeAsync(byte[] request, HttpBody body, int minorVersion, ProxyAccess access)
    {
        OriginConnection origin = _origin!;
        origin.Requests++;
        client.Touch();
        Task<bool> sending = Task.FromResult(true);
        try
        {
            await origin.Stream.WriteAsync(request, client.Stopping).ConfigureAwait(false);
            access.Up += request.Length;
        }
        catch (TunnelException) when (origin.Requests > 1)
        {
            return (sending, null);
        }

        if (body.Kind != HttpBodyKind.None) sending = SendBodyAsync(origin, body, access);
        try
        {
            while (true)
            {
                (HttpResponseHead Head, int Length)? response = await origin.ReadHeadAsync(client.Stopping).ConfigureAwait(false);
                if (response is not { } found || !found.Head.IsInterim) return (sending, response);
                client.Touch();
                if (minorVersion >= 1) await client.WriteAsync((found.Head with { Fields = HopByHop.Strip(found.Head.Fields) }).ToArray()).ConfigureAwait(false);
            }
        }
        catch (IOException) when (origin.Requests > 1 && body.Kind == HttpBodyKind.None && origin.Unread.IsEmpty)
        {
            return (sending, null);
        }
        catch (Exception)
        {
            // The body's sender ends with the origin's connection or with the client's.
            origin.Stream.Abort(TunnelError.Reset);
            await ((Task)sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    /// <returns>Whether all of it was sent.</returns>
    private async Task<bool> SendBodyAsync(OriginConnection origin, HttpBody body, ProxyAccess access)
    {
        int turn = 0;
        try
        {
            if (body.Kind == HttpBodyKind.Length)
            {
                for (long left = body.Length; left > 0;)
                {
                    if (client.Unread.IsEmpty && !await client.FillAsync(room: BodyLength).ConfigureAwait(false)) return Broken(origin, null);
                    ReadOnlyMemory<byte> part = client.UnreadMemory[..(int)Math.Min(left, client.Unread.Length)];
                    await origin.Stream.WriteAsync(part, client.Stopping).ConfigureAwait(false);
                    client.Consume(part.Length);
                    left -= part.Length;
                    access.Up += part.Length;
                    client.Touch();
                    await TakeTurnsAsync(ref turn, part.Length).ConfigureAwait(false);
                }

                return true;
            }

            var decoder = new HttpChunkedDecoder();
            while (true)
            {
                int good = Scan(decoder, client.Unread, out DecodeStatus status);
                if (good > 0)
                {
                    await origin.Stream.WriteAsync(client.UnreadMemory[..good], client.Stopping).ConfigureAwait(false);
                    client.Consume(good);
                    access.Up += good;
                    client.Touch();
                    await TakeTurnsAsync(ref turn, good).ConfigureAwait(false);
                }

                if (decoder.IsDone) return true;
                if (status != DecodeStatus.Truncated) return Broken(origin, decoder.Fault);
                if (!await client.FillAsync(2 * HttpChunkedDecoder.LongestLine, BodyLength).ConfigureAwait(false)) return Broken(origin, null);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The origin may have answered and closed: its response is on the way. A client that is gone is found out when it is written to.
            return false;
        }
    }

    /// <summary>The client did not keep to its own body: the origin must not take the part for the whole.</summary>
    private bool Broken(OriginConnection origin, string? fault)
    {
        _clientFault = fault ?? "body: expected all of it, got a part";
        origin.Stream.Abort(TunnelError.Reset);
        return false;
    }

    /// <summary>How many octets are well-formed chunks, or parts of them.</summary>
    private static int Scan(HttpChunkedDecoder decoder, ReadOnlySpan<byte> octets, out DecodeStatus status)
    {
        int good = 0;
        do
        {
            status = decoder.Next(octets[good..], out int consumed, out _);
            good += consumed;
        }
        while (status == DecodeStatus.Ok && !decoder.IsDone);
        return good;
    }

    private async ValueTask<HttpNext> PassResponseAsync(HttpRequestHead request, HttpResponseHead response, Task<bool> sending, ProxyAccess access)
    {
        OriginConnection origin = _origin!;
        if (HttpBody.TryOf(response, request.Method, out HttpBody body, out string fault) != DecodeStatus.Ok)
            throw new TunnelException(TunnelError.ProtocolViolation, $"{origin.Authority}: response: {fault}");
        if (response.StatusCode == 101) return await SwitchAsync(request, response, access).ConfigureAwait(false);

        HttpFields fields = HopByHop.Strip(response.Fields);
        HopByHop.AddVia(fields, response.MinorVersion, _service.Pseudonym);
        bool rechunk = body.Kind == HttpBodyKind.UntilClose && request.MinorVersion >= 1;
        bool unchunk = body.Kind == HttpBodyKind.Chunked && request.MinorVersion == 0;
        bool keep = KeepsConnection(request) && !unchunk && (body.Kind != HttpBodyKind.UntilClose || rechunk) && !(sending.IsCompleted && !await sending.ConfigureAwait(false));
        if (rechunk || (body.Kind == HttpBodyKind.Chunked && !unchunk)) fields.Add("Transfer-Encoding", "chunked");
        if (!keep) fields.Add("Connection", "close");
        else if (request.MinorVersion == 0) fields.Add("Connection", "keep-alive");
        access.Status = response.StatusCode;
        byte[] octets = new HttpResponseHead(response.StatusCode, response.Reason, fields).ToArray();
        await client.WriteAsync(octets).ConfigureAwait(false);
        access.Down += octets.Length;
        try
        {
            await PassBodyAsync(origin, body, rechunk, unchunk, access).ConfigureAwait(false);
        }
        catch (TunnelException e)
        {
            // The client must not take a part for the whole.
            (access.Verdict, access.Reason) = (ProxyVerdict.Failed, e.Message);
            CloseOrigin(inOrder: false);
            client.Stream.Abort(TunnelError.Reset);
            return HttpNext.HandedOver;
        }

        bool sent = sending.IsCompleted && await sending.ConfigureAwait(false);
        if (!sent)
        {
            // The origin answered before it had the whole body: both connections end, once the client has had a moment to read the answer.
            CloseOrigin(inOrder: false);
            await client.Stream.CompleteWritesAsync(client.Stopping).ConfigureAwait(false);
            client.SetDeadline(TimeSpan.FromSeconds(2));
            await ((Task)sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return HttpNext.End;
        }

        if (body.Kind == HttpBodyKind.UntilClose || !response.KeepsConnection) CloseOrigin(inOrder: true);
        else origin.ReleaseBufferIfEmpty();
        return keep ? HttpNext.Request : HttpNext.End;
    }

    private async ValueTask PassBodyAsync(OriginConnection origin, HttpBody body, bool rechunk, bool unchunk, ProxyAccess access)
    {
        if (body.Kind == HttpBodyKind.None) return;
        var decoder = body.Kind == HttpBodyKind.Chunked ? new HttpChunkedDecoder() : null;
        long left = body.Length;
        int turn = 0;
        while (true)
        {
            if (body.Kind == HttpBodyKind.Length && left == 0) return;
            ReadOnlyMemory<byte> unread = origin.Unread;
            int used = 0;
            DecodeStatus status = DecodeStatus.Truncated;
            if (unread.Length > 0 && decoder is null)
            {
                used = body.Kind == HttpBodyKind.Length ? (int)Math.Min(left, unread.Length) : unread.Length;
                left -= used;
                if (rechunk) await WriteChunkAsync(unread[..used]).ConfigureAwait(false);
                else await client.WriteAsync(unread[..used]).ConfigureAwait(false);
            }
            else if (unread.Length > 0 && unchunk)
            {
                while (!decoder!.IsDone && (status = decoder.Next(unread.Span[used..], out int consumed, out ReadOnlySpan<byte> piece)) == DecodeStatus.Ok)
                {
                    int at = used;
                    used += consumed;
                    if (!piece.IsEmpty) await client.WriteAsync(unread.Slice(at, consumed)).ConfigureAwait(false);
                }
            }
            else if (unread.Length > 0)
            {
                used = Scan(decoder!, unread.Span, out status);
                if (used > 0) await client.WriteAsync(unread[..used]).ConfigureAwait(false);
            }

            origin.Consume(used);
            access.Down += used;
            if (used > 0) client.Touch();
            await TakeTurnsAsync(ref turn, used).ConfigureAwait(false);
            if (decoder is { IsDone: true } || (body.Kind == HttpBodyKind.Length && left == 0)) return;
            if (status != DecodeStatus.Truncated) throw new TunnelException(TunnelError.ProtocolViolation, $"{origin.Authority}: response: {decoder!.Fault}");
            if (await origin.FillAsync(client.Stopping).ConfigureAwait(false)) continue;
            if (body.Kind != HttpBodyKind.UntilClose) throw new TunnelException(TunnelError.ConnectionLost, $"{origin.Authority}: response: expected all of its body, got a part");
            if (rechunk) await client.WriteAsync(HttpChunkedEncoder.End.ToArray()).ConfigureAwait(false);
            return;
        }
    }

    // In one write: each would be a packet.
    private async ValueTask WriteChunkAsync(ReadOnlyMemory<byte> piece)
    {
        byte[] chunk = ArrayPool<byte>.Shared.Rent(piece.Length + HttpChunkedEncoder.LongestLength + 2);
        try
        {
            await client.WriteAsync(chunk.AsMemory(0, HttpChunkedEncoder.Write(chunk, piece.Span))).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    private static ValueTask TakeTurnsAsync(ref int turn, int octets)
    {
        turn += octets;
        if (turn < TurnLength) return ValueTask.CompletedTask;
        turn = 0;
        return YieldAsync();
    }

    private static async ValueTask YieldAsync() => await EventLoop.Yield();

    // RFC 9110 §15.2.2: what follows is no longer HTTP.
    private async ValueTask<HttpNext> SwitchAsync(HttpRequestHead request, HttpResponseHead response, ProxyAccess access)
    {
        OriginConnection origin = _origin!;
        if (!_service.Options.PassUpgrade || request.Fields.Find("Upgrade") is null || response.Fields.Find("Upgrade") is not { } protocol)
            throw new TunnelException(TunnelError.ProtocolViolation, $"{origin.Authority}: response: expected no 101, for no upgrade was asked for");
        HttpFields fields = HopByHop.Strip(response.Fields);
        HopByHop.AddVia(fields, response.MinorVersion, _service.Pseudonym);
        fields.Add("Connection", "Upgrade");
        fields.Add("Upgrade", protocol);
        access.Status = 101;
        await client.WriteAsync(new HttpResponseHead(101, response.Reason, fields).ToArray()).ConfigureAwait(false);
        byte[] early = origin.Unread.ToArray();
        origin.ReleaseBuffer();
        _origin = null;
        await Tunnel.RunAsync(client, PrefixedStream.Of(origin.Stream, early), access).ConfigureAwait(false);
        return HttpNext.HandedOver;
    }
}
