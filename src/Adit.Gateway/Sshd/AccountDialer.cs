using System.Net.Sockets;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Platform.Processes;

namespace Adit.Gateway.Sshd;

/// <summary>
/// Dials unix sockets with the rights of a user: what it may not reach itself, it does not reach through a server that is root. The one call that
/// judges the path is made on the thread that has given root up, and never again elsewhere: the path could lead somewhere else by then.
/// </summary>
internal sealed class AccountDialer(UserAccount? account) : IStreamDialer
{
    // Ours: a listener whose backlog is full holds a thread that long.
    private const int PatienceMilliseconds = 10_000;

    public async ValueTask<DuplexStream> DialAsync(DialRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (account is null || request.To is not UnixDestination to) return await new SocketDialer().DialAsync(request, cancellationToken).ConfigureAwait(false);
        return await AsAccount.RunAsync(account, () => Connect(to)).ConfigureAwait(false);
    }

    private static SocketStream Connect(UnixDestination to)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { SendTimeout = PatienceMilliseconds };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(to.Path));
            return new SocketStream(socket);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            socket.Dispose();
            throw new TunnelException(TunnelError.ConnectionRefused, $"connect to {to}: {(e is SocketException s ? s.SocketErrorCode.ToText() : "path: expected at most 107 octets")}", null, e);
        }
    }
}
