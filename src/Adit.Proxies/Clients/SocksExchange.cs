using Adit.Core;
using Adit.Core.Streams;
using Adit.Wire.Socks;

namespace Adit.Proxies.Clients;

/// <summary>Runs a <see cref="SocksClientHandshake"/> over a stream, and says what its failure means.</summary>
internal static class SocksExchange
{
    /// <summary>Ours: octets read at once; the longest reply has 262.</summary>
    private const int BufferLength = 1024;

    /// <summary>Runs it.</summary>
    /// <returns>The stream, with what came behind the reply in front; null when the proxy refused.</returns>
    /// <exception cref="TunnelException">The stream failed.</exception>
    public static async Task<DuplexStream?> RunAsync(DuplexStream stream, SocksClientHandshake handshake, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[BufferLength];
        while (true)
        {
            byte[] output = handshake.TakeOutput();
            if (output.Length > 0) await stream.WriteAsync(output, cancellationToken).ConfigureAwait(false);
            int count = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (count == 0) throw new TunnelException(TunnelError.ConnectionLost, "expected a SOCKS reply, got the end of the stream");
            SocksClientEvent found = handshake.Receive(buffer.AsSpan(0, count), out int consumed);
            if (found == SocksClientEvent.Failed) return null;
            if (found == SocksClientEvent.Succeeded) return PrefixedStream.Of(stream, buffer.AsSpan(consumed, count - consumed));
        }
    }

    /// <summary>What a failure means.</summary>
    /// <param name="handshake">A handshake that failed.</param>
    /// <param name="isName">Whether the proxy was told a name.</param>
    /// <param name="hasCredentials">Whether user and password were offered.</param>
    public static (TunnelError Error, string What) ReasonOf(SocksClientHandshake handshake, bool isName, bool hasCredentials) => handshake.Failure switch
    {
        SocksFailure.NoAcceptableMethod => (TunnelError.AuthenticationFailed, hasCredentials
            ? "authentication: the proxy takes neither none nor user and password"
            : "authentication: the proxy asks for a user and password, expected ?auth=FILE or user:password@ in the hop"),
        SocksFailure.CredentialsRefused => (TunnelError.AuthenticationFailed, "authentication: the proxy does not take this user and password"),
        SocksFailure.Refused => handshake.Reply switch
        {
            SocksReply.NotAllowed => (TunnelError.PermissionDenied, "proxy refused: not allowed by its rules (reply 2)"),
            SocksReply.NetworkUnreachable => (TunnelError.Unreachable, "target unreachable: network unreachable (reply 3)"),
            // RFC 1928 has no reply for a name that does not resolve; this is what is used for it.
            SocksReply.HostUnreachable when isName => (TunnelError.NameNotResolvedAtPeer, "name not resolved at the proxy, or its host unreachable (reply 4)"),
            SocksReply.HostUnreachable => (TunnelError.Unreachable, "target unreachable: host unreachable (reply 4)"),
            SocksReply.ConnectionRefused => (TunnelError.ConnectionRefused, "target refused the connection (reply 5)"),
            SocksReply.TtlExpired => (TunnelError.TimedOut, "target did not answer (reply 6)"),
            SocksReply.CommandNotSupported => (TunnelError.NotSupported, "the proxy does not know the command (reply 7)"),
            SocksReply.AddressTypeNotSupported => (TunnelError.NotSupported, "the proxy does not know the type of address (reply 8)"),
            _ => (TunnelError.RefusedByHop, $"proxy refused: {handshake.FailureReason}"),
        },
        _ => (TunnelError.ProtocolViolation, $"no SOCKS proxy: {handshake.FailureReason}"),
    };
}
