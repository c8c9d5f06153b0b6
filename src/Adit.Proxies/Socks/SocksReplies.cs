using Adit.Core;
using Adit.Wire.Socks;

namespace Adit.Proxies.Socks;

/// <summary>What SOCKS says of a failure (RFC 1928 §6).</summary>
internal static class SocksReplies
{
    public static SocksReply Of(TunnelError error) => error switch
    {
        TunnelError.ConnectionRefused => SocksReply.ConnectionRefused,
        TunnelError.NameNotResolved or TunnelError.NameNotResolvedAtPeer => SocksReply.HostUnreachable,
        TunnelError.Unreachable => SocksReply.NetworkUnreachable,
        TunnelError.TimedOut => SocksReply.TtlExpired,
        TunnelError.PermissionDenied => SocksReply.NotAllowed,
        TunnelError.NotSupported => SocksReply.CommandNotSupported,
        _ => SocksReply.GeneralFailure,
    };
}
