using System.Net;
using System.Net.Sockets;

namespace Adit.Core.Streams;

/// <summary>From a host to the addresses that may be dialled.</summary>
internal static class ResolvedAddresses
{
    /// <summary>The addresses of a name or of a literal.</summary>
    /// <exception cref="TunnelException"><see cref="TunnelError.NameNotResolved"/>.</exception>
    public static async ValueTask<IPAddress[]> OfAsync(string host, AddressFamily family, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out IPAddress? literal)) return [literal];
        try
        {
            return await NameResolver.ResolveAsync(host, family, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            string text = e is SocketException s ? s.SocketErrorCode.ToText() : "Name or service not known";
            throw new TunnelException(TunnelError.NameNotResolved, $"resolve {host}: {text}", null, e);
        }
    }

    /// <summary>Those of the family that was asked for which the judge allows; at least one.</summary>
    /// <exception cref="TunnelException">There is none, or none is allowed.</exception>
    public static IPAddress[] Judge(IPAddress[] addresses, Destination to, AddressFamily family, Func<IPAddress, string?>? judge)
    {
        if (family != AddressFamily.Unspecified) addresses = Array.FindAll(addresses, a => a.AddressFamily == family);
        if (addresses.Length == 0) throw new TunnelException(TunnelError.NameNotResolved, $"resolve {to}: no address of the family that was asked for");
        if (judge is null) return addresses;

        string? rule = null;
        IPAddress[] allowed = Array.FindAll(addresses, a => (rule = judge(a)) is null);
        return allowed.Length > 0 ? allowed : throw new TunnelException(TunnelError.PermissionDenied, $"connect to {to}: {rule}");
    }
}
