using System.Net;
using Adit.Core;
using Adit.Core.Policy;
using Adit.Core.Streams;
using Adit.Proxies.AccessLog;
using Adit.Proxies.Serving;
using Adit.Wire.Socks;

namespace Adit.Proxies.Socks;

/// <summary>
/// BIND (RFC 1928 §4 and §6): listens on the address by which the client reaches this proxy, tells it, waits for one connection from the host that the
/// request names (0.0.0.0 and :: name any), tells who came, and relays. The peer is judged by the policy as a destination would be.
/// </summary>
internal static class SocksBind
{
    public static async Task ServeAsync(ProxyClient client, SocksServerHandshake handshake, ProxyAccess access)
    {
        IStreamListener? listener = null;
        try
        {
            if (client.Service.Options.Via is not null) throw new TunnelException(TunnelError.NotSupported, "socks: BIND: expected CONNECT, for connections come through hops, got BIND");
            IPAddress? expected = await JudgeAsync(client, access).ConfigureAwait(false);
            IPAddress at = client.Socket?.LocalEndPoint?.Address ?? IPAddress.Loopback;
            listener = await new SocketBinder().BindAsync(new TcpDestination(at.ToString(), 0), client.Stopping).ConfigureAwait(false);
            handshake.Reply(SocksReply.Succeeded, new IPEndPoint(at, ((TcpDestination)listener.BoundAt).Port));
            await client.WriteAsync(handshake.TakeOutput()).ConfigureAwait(false);
            Incoming came = await AcceptAsync(client, listener, expected, access).ConfigureAwait(false);
            try
            {
                handshake.Reply(SocksReply.Succeeded, came.Source);
                await client.WriteAsync(handshake.TakeOutput()).ConfigureAwait(false);
            }
            catch
            {
                came.Stream.Abort(TunnelError.Closed);
                throw;
            }

            await listener.DisposeAsync().ConfigureAwait(false);
            await Tunnel.RunAsync(client, came.Stream, access).ConfigureAwait(false);
        }
        catch (TunnelException e) when (!handshake.IsDone)
        {
            await SocksSession.RefuseAsync(client, handshake, access, e).ConfigureAwait(false);
        }
        finally
        {
            if (listener is not null) await listener.DisposeAsync().ConfigureAwait(false);
        }
    }

    // Before anything listens: a request that no peer could satisfy is refused at once.
    private static async Task<IPAddress?> JudgeAsync(ProxyClient client, ProxyAccess access)
    {
        PolicyRequest request = OriginDialing.RequestOf(client, "socks", access.Host, access.Port);
        if (!IPAddress.TryParse(request.Host, out IPAddress? address))
        {
            IPAddress[] found = await ResolveAsync(request.Host, client.Stopping).ConfigureAwait(false);
            address = found[0];
        }

        PolicyVerdict verdict = client.Listener.Policy.Other.Judge(request with { Resolved = address });
        if (!verdict.Allowed) throw OriginDialing.Refuse(access, verdict);
        access.Reason = verdict.Rule;
        return address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? null : address;
    }

    private static async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        try
        {
            return await NameResolver.ResolveAsync(host, cancellationToken: cancellationToken).ConfigureAwait(false) is { Length: > 0 } found ? found : throw new ArgumentException("no address");
        }
        catch (Exception e) when (e is System.Net.Sockets.SocketException or ArgumentException)
        {
            throw new TunnelException(TunnelError.NameNotResolved, $"resolve {host}: Name or service not known", null, e);
        }
    }

    private static async Task<Incoming> AcceptAsync(ProxyClient client, IStreamListener listener, IPAddress? expected, ProxyAccess access)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(client.Stopping);
        client.SetDeadline(client.Service.Options.Limits.BindTime);
        Task gone = WatchAsync(client, limit);
        try
        {
            while (await listener.AcceptAsync(limit.Token).ConfigureAwait(false) is { } came)
            {
                PolicyRequest peer = OriginDialing.RequestOf(client, "socks", came.Source!.Address.ToString(), access.Port) with { Resolved = came.Source.Address };
                if ((expected is null || AddressClassifier.Unwrap(came.Source.Address).Equals(AddressClassifier.Unwrap(expected))) && client.Listener.Policy.Other.Judge(peer).Allowed) return came;
                came.Stream.Abort(TunnelError.PermissionDenied);
            }

            throw new TunnelException(TunnelError.Closed, "socks: BIND: the listener ended");
        }
        catch (OperationCanceledException e)
        {
            throw new TunnelException(TunnelError.TimedOut, gone.IsCompletedSuccessfully ? "socks: BIND: the client went away" : "socks: BIND: expected a connection in time, got none", null, e);
        }
        finally
        {
            await limit.CancelAsync().ConfigureAwait(false);
            await gone.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // A client that ends its connection no longer waits; what it sends early stays for the peer.
    private static async Task WatchAsync(ProxyClient client, CancellationTokenSource limit)
    {
        if (client.Stream is not IReadyStream) return;
        if (!await client.FillAsync(giveUp: limit.Token).ConfigureAwait(false)) await limit.CancelAsync().ConfigureAwait(false);
    }
}
