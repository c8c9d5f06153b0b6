using Adit.Core;
using Adit.Core.Streams;
using Adit.Proxies.AccessLog;
using Adit.Proxies.Serving;
using Adit.Wire.Socks;

namespace Adit.Proxies.Socks;

/// <summary>Serves a client that speaks SOCKS: the handshake, then CONNECT here, BIND and UDP ASSOCIATE in their own classes.</summary>
internal static class SocksSession
{
    private static readonly SocksServerOptions Open = new();
    private static readonly SocksServerOptions WithCredentials = new() { RequireCredentials = true };

    public static async Task ServeAsync(ProxyClient client)
    {
        ProxyOptions options = client.Service.Options;
        if (options.RequireTls && !client.IsTls)
        {
            // In the dialect of the client: no acceptable method, or rejected. A password is not asked for in the clear.
            await client.WriteAsync(client.Unread[0] == 5 ? new byte[] { 5, 0xff } : new byte[] { 0, 91, 0, 0, 0, 0, 0, 0 }).ConfigureAwait(false);
            client.Service.LogBroken(client, "socks: expected TLS first, got none");
            await client.LingerAsync().ConfigureAwait(false);
            return;
        }

        var handshake = new SocksServerHandshake(options.Users is null ? Open : WithCredentials);
        while (true)
        {
            SocksServerEvent found = handshake.Receive(client.Unread, out int consumed);
            client.Consume(consumed);
            if (found == SocksServerEvent.Credentials)
            {
                bool known = options.Users!.Verify(handshake.User, handshake.Password);
                handshake.AnswerCredentials(known);
                if (known) client.User = handshake.User;
                else found = SocksServerEvent.Failed;
            }

            byte[] output = handshake.TakeOutput();
            if (output.Length > 0) await client.WriteAsync(output).ConfigureAwait(false);
            if (found == SocksServerEvent.Credentials) continue;
            if (found == SocksServerEvent.Request) break;
            if (found == SocksServerEvent.Failed)
            {
                ProxyAccess failed = client.NewAccess(handshake.FailureReason.Contains("got 4", StringComparison.Ordinal) ? "socks4" : "socks5", "-", "-", 0);
                (failed.Verdict, failed.Reason) = (options.Users is not null ? ProxyVerdict.Denied : ProxyVerdict.Failed, handshake.FailureReason);
                if (failed.Verdict == ProxyVerdict.Denied) client.Service.LogRefusal(failed);
                else client.Service.LogBroken(client, $"socks: {handshake.FailureReason}");
                client.Service.Finish(failed);
                await client.LingerAsync().ConfigureAwait(false);
                return;
            }

            if (!await client.FillAsync().ConfigureAwait(false)) return;
        }

        SocksRequest request = handshake.Request;
        ProxyAccess access = client.NewAccess(request.Version == SocksVersion.Socks5 ? "socks5" : "socks4", WordOf(request.Command), request.Host, request.Port);
        try
        {
            await (request.Command switch
            {
                SocksCommand.Connect => ConnectAsync(client, handshake, access),
                SocksCommand.Bind => SocksBind.ServeAsync(client, handshake, access),
                _ => SocksUdpAssociation.ServeAsync(client, handshake, access),
            }).ConfigureAwait(false);
        }
        finally
        {
            client.Service.Finish(access);
        }
    }

    /// <summary>Tells the client that its request failed.</summary>
    public static async Task RefuseAsync(ProxyClient client, SocksServerHandshake handshake, ProxyAccess access, TunnelException failure)
    {
        if (access.Verdict == ProxyVerdict.Allowed) (access.Verdict, access.Reason) = (ProxyVerdict.Failed, failure.Message);
        if (access.Verdict == ProxyVerdict.Denied) client.Service.LogRefusal(access);
        handshake.Reply(SocksReplies.Of(failure.Error));
        if (client.IsExpired) client.WriteLastWords(handshake.TakeOutput());
        else await client.WriteAsync(handshake.TakeOutput()).ConfigureAwait(false);
        await client.LingerAsync().ConfigureAwait(false);
    }

    private static async Task ConnectAsync(ProxyClient client, SocksServerHandshake handshake, ProxyAccess access)
    {
        DuplexStream origin;
        try
        {
            if (access.Port == 0) throw new TunnelException(TunnelError.ProtocolViolation, "socks: port: expected 1 to 65535, got 0");
            origin = await OriginDialing.DialAsync(client, client.Listener.Policy.Other, "socks", access).ConfigureAwait(false);
        }
        catch (TunnelException e)
        {
            await RefuseAsync(client, handshake, access, e).ConfigureAwait(false);
            return;
        }

        try
        {
            handshake.Reply(SocksReply.Succeeded, (origin as SocketStream)?.LocalEndPoint);
            await client.WriteAsync(handshake.TakeOutput()).ConfigureAwait(false);
        }
        catch
        {
            origin.Abort(TunnelError.Closed);
            throw;
        }

        await Tunnel.RunAsync(client, origin, access).ConfigureAwait(false);
    }

    private static string WordOf(SocksCommand command) => command switch { SocksCommand.Connect => "CONNECT", SocksCommand.Bind => "BIND", _ => "UDP" };
}
