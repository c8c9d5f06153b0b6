using System.Net;
using Microsoft.AspNetCore.Http.Features;

namespace Adit.Gateway.Listeners.Http;

/// <summary>
/// Who sent a request: the peer of its connection. Where that is a proxy of the configured networks, the last address of X-Forwarded-For that no such proxy
/// has, since each proxy adds at the end whom it saw; what stands before it anybody may have written.
/// </summary>
internal sealed class RequestSource(IReadOnlyList<IPNetwork> trusted)
{
    public IPEndPoint? Of(IFeatureCollection context)
    {
        IHttpConnectionFeature connection = context.GetRequiredFeature<IHttpConnectionFeature>();
        if (connection.RemoteIpAddress is not { } peer) return null;
        var source = new IPEndPoint(Plain(peer), connection.RemotePort);
        if (!IsTrusted(source.Address)) return source;
        string?[] fields = context.GetRequiredFeature<IHttpRequestFeature>().Headers["X-Forwarded-For"].ToArray();
        string[] addresses = [.. fields.SelectMany(f => (f ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
        for (int i = addresses.Length - 1; i >= 0; i--)
        {
            if (!TryRead(addresses[i], out IPEndPoint? told)) return source; // nonsense: what was sure before
            source = told!;
            if (!IsTrusted(source.Address)) return source;
        }

        return source;
    }

    private bool IsTrusted(IPAddress address) => trusted.Any(n => n.Contains(address));

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    // An address, perhaps in brackets and with a port.
    private static bool TryRead(string text, out IPEndPoint? endPoint)
    {
        endPoint = null;
        if (text.Length > 64) return false;
        if (IPAddress.TryParse(text.Trim('[', ']'), out IPAddress? address)) endPoint = new IPEndPoint(Plain(address), 0);
        else if (IPEndPoint.TryParse(text, out IPEndPoint? both)) endPoint = new IPEndPoint(Plain(both.Address), both.Port);
        return endPoint is not null;
    }
}
