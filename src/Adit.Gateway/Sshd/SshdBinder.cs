using Adit.Core;
using Adit.Core.Streams;
using Adit.Platform.Processes;
using Adit.Ssh.Config.Server;

namespace Adit.Gateway.Sshd;

/// <summary>Binds a user's listeners: TCP where GatewayPorts has them, unix sockets with the user's own rights.</summary>
/// <param name="config">The options for the connection and the user.</param>
/// <param name="account">Whose sockets they are; null for this process's own.</param>
internal sealed class SshdBinder(SshdConfig config, UserAccount? account) : IStreamBinder
{
    private readonly SocketBinder _sockets = new(unixMode: (UnixFileMode)(0x1FF & ~config.StreamLocalBindMask & 0x1B6), unlinkUnix: config.StreamLocalBindUnlink);

    public async ValueTask<IStreamListener> BindAsync(Destination at, CancellationToken cancellationToken = default)
    {
        if (at is TcpDestination tcp) return await _sockets.BindAsync(tcp with { Host = HostOf(tcp.Host) }, cancellationToken).ConfigureAwait(false);
        return await AsAccount.RunAsync(account, () => new OwnedListener(_sockets.BindAsync(at, CancellationToken.None).AsTask().GetAwaiter().GetResult(), (UnixDestination)at, account)).ConfigureAwait(false);
    }

    // sshd_config(5), GatewayPorts
    private string HostOf(string asked) => config.GatewayPorts switch
    {
        SshdGatewayPorts.No => asked is "127.0.0.1" or "::1" ? asked : "localhost",
        SshdGatewayPorts.Yes => "",
        _ => asked is "*" ? "" : asked,
    };

    /// <summary>A unix listener whose file is removed with the rights that it was made with.</summary>
    private sealed class OwnedListener(IStreamListener inner, UnixDestination at, UserAccount? account) : IStreamListener
    {
        public Destination BoundAt => inner.BoundAt;

        public ValueTask<Incoming?> AcceptAsync(CancellationToken cancellationToken = default) => inner.AcceptAsync(cancellationToken);

        public async ValueTask DisposeAsync()
        {
            try
            {
                await AsAccount.RunAsync(account, () =>
                {
                    File.Delete(at.Path);
                    return true;
                }).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The user has put something else there, which is its own affair.
            }

            await inner.DisposeAsync().ConfigureAwait(false);
        }
    }
}
