using System.Net;
using Adit.Core;
using Adit.Core.Policy;
using Adit.Core.Streams;
using Adit.Proxies.AccessLog;
using Adit.Proxies.Serving;

namespace Adit.Proxies.Transparent;

/// <summary>
/// Serves a connection that nftables sent here: REDIRECT leaves the destination with the kernel's connection tracking (SO_ORIGINAL_DST), TPROXY as the
/// socket's own address. A connection that was not sent but came by itself has neither, and is refused: it would be a loop.
/// </summary>
internal static class TransparentSession
{
    public static async Task ServeAsync(ProxyClient client)
    {
        IPEndPoint? to = DestinationOf(client);
        ProxyAccess access = client.NewAccess("transparent", "-", to is null ? "-" : AddressClassifier.Unwrap(to.Address).ToString(), to?.Port ?? 0);
        try
        {
            if (to is null)
            {
                (access.Verdict, access.Reason) = (ProxyVerdict.Denied, "expected a redirected connection, got one to the listener itself");
                client.Service.LogRefusal(access);
                client.Stream.Abort(TunnelError.PermissionDenied);
                return;
            }

            DuplexStream origin;
            try
            {
                origin = await OriginDialing.DialAsync(client, client.Listener.Policy.Other, "transparent", access).ConfigureAwait(false);
            }
            catch (TunnelException e)
            {
                if (access.Verdict == ProxyVerdict.Denied) client.Service.LogRefusal(access);
                client.Stream.Abort(e.Error);
                return;
            }

            await Tunnel.RunAsync(client, origin, access).ConfigureAwait(false);
        }
        finally
        {
            client.Service.Finish(access);
        }
    }

    private static IPEndPoint? DestinationOf(ProxyClient client)
    {
        if (client.Socket is not { } socket) return null;
        IPEndPoint? local = socket.LocalEndPoint;
        if (socket.OriginalDestination is { } original && !Same(original, local)) return original;
        // TPROXY: the socket's own address is where the client was going; the listener's is not.
        int listening = (client.Listener.Listener.BoundAt as TcpDestination)?.Port ?? 0;
        return local is null || local.Port == listening ? null : local;
    }

    private static bool Same(IPEndPoint a, IPEndPoint? b) =>
        b is not null && a.Port == b.Port && AddressClassifier.Unwrap(a.Address).Equals(AddressClassifier.Unwrap(b.Address));
}
