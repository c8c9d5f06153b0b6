using Adit.Core;
using Adit.Core.Relay;
using Adit.Core.Streams;
using Adit.Proxies.AccessLog;
using Adit.Proxies.Inspection;

namespace Adit.Proxies.Serving;

/// <summary>Joins a client, whose request was granted, with its destination.</summary>
internal static class Tunnel
{
    /// <summary>Relays until both directions have ended. Ends both streams.</summary>
    public static async Task RunAsync(ProxyClient client, DuplexStream origin, ProxyAccess access)
    {
        try
        {
            // What the client sent right behind its request.
            byte[] early = client.Unread.ToArray();
            client.Consume(early.Length);
            if (client.Service.Options.Inspection is { } inspection)
            {
                var inspector = new StreamInspector(client, origin, inspection);
                if (await inspector.RunAsync(early, access).ConfigureAwait(false) is not { } inspected)
                {
                    origin.Abort(TunnelError.PermissionDenied);
                    client.Stream.Abort(TunnelError.PermissionDenied);
                    return;
                }

                origin = inspected;
            }
            else if (early.Length > 0)
            {
                await origin.WriteAsync(early, client.Stopping).ConfigureAwait(false);
                access.Up += early.Length;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            access.Reason += $"; {e.Message}";
            origin.Abort(TunnelError.Reset);
            client.Stream.Abort(TunnelError.Reset);
            return;
        }

        RelayResult result = await StreamRelay.RunAsync(client.BeginRelay(), origin).ConfigureAwait(false);
        access.Up += result.FromFirst;
        access.Down += result.FromSecond;
        if (client.IsExpired) access.Reason += "; silent for too long";
        else if (result.Error is not null) access.Reason += $"; {(result.Failed == RelaySide.First ? "client" : "destination")}: {result.Error.Message}";
    }
}
