using Adit.Core;
using Adit.Core.Streams;
using Adit.Ssh.Client;
using Adit.Ssh.Forwarding;
using Adit.Wire.Socks;

namespace Adit.Cli.Tour;

/// <summary>What SSH carries.</summary>
internal static class SshRows
{
    public static IReadOnlyList<TourRow> All { get; } =
    [
        new("stdio forward (-W)", "tcp/ssh/stream", "adit ssh -W db.example:5432 me@bastion", DialAsync),
        new("local forward (-L)", "tcp/ssh/tcp", "adit ssh -N -L 5432:db.example:5432 me@bastion", LocalAsync),
        new("remote forward (-R)", "tcp/ssh/tcp", "adit ssh -N -R 8080:localhost:80 me@bastion", RemoteAsync),
        new("dynamic forward (-D)", "tcp/ssh/socks5/tcp", "adit ssh -N -D 1080 me@bastion", DynamicAsync),
        new("unix socket forward (-L)", "tcp/ssh/unix", "adit ssh -N -L /tmp/db.sock:/run/db.sock me@bastion", UnixAsync),
        new("jump host (-J)", "tcp/ssh/ssh/stream", "adit ssh -J me@bastion me@inner", JumpAsync),
    ];

    private static async Task<TourTunnel> DialAsync(TourSite site, CancellationToken cancellationToken) =>
        new(await site.Client.DialAsync(new DialRequest(site.TcpEcho), cancellationToken).ConfigureAwait(false), site.Client.Connection);

    private static async Task<TourTunnel> LocalAsync(TourSite site, CancellationToken cancellationToken) =>
        await ThroughAsync(site, await site.Client.ForwardLocalAsync("127.0.0.1:0", site.TcpEcho.ToString(), null, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    private static async Task<TourTunnel> RemoteAsync(TourSite site, CancellationToken cancellationToken) =>
        await ThroughAsync(site, await site.Client.ForwardRemoteAsync("127.0.0.1:0", site.TcpEcho.ToString(), null, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    private static async Task<TourTunnel> UnixAsync(TourSite site, CancellationToken cancellationToken) =>
        await ThroughAsync(site, await site.Client.ForwardLocalAsync($"unix:{site.NewSocketPath()}", site.UnixEcho.ToString(), null, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    private static async Task<TourTunnel> DynamicAsync(TourSite site, CancellationToken cancellationToken)
    {
        TourTunnel tunnel = await ThroughAsync(site, await site.Client.ForwardDynamicAsync("127.0.0.1:0", null, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        var handshake = new SocksClientHandshake(new SocksRequest(SocksVersion.Socks5, SocksCommand.Connect, site.TcpEcho.Host, site.TcpEcho.Port));
        byte[] one = new byte[1];
        SocksClientEvent found = SocksClientEvent.NeedMore;
        while (found == SocksClientEvent.NeedMore)
        {
            byte[] output = handshake.TakeOutput();
            if (output.Length > 0) await tunnel.Stream.WriteAsync(output, cancellationToken).ConfigureAwait(false);
            if (await tunnel.Stream.ReadAsync(one, cancellationToken).ConfigureAwait(false) == 0) break;
            found = handshake.Receive(one, out _);
        }

        return found == SocksClientEvent.Succeeded ? tunnel : throw new TunnelException(TunnelError.ProtocolViolation, $"socks: {handshake.FailureReason}");
    }

    private static async Task<TourTunnel> JumpAsync(TourSite site, CancellationToken cancellationToken)
    {
        SshClient inner = await site.ConnectAsync(site.Client, cancellationToken).ConfigureAwait(false);
        DuplexStream stream = await inner.DialAsync(new DialRequest(site.TcpEcho), cancellationToken).ConfigureAwait(false);
        return new TourTunnel(stream, site.Client.Connection, inner);
    }

    /// <summary>Connects to a forward's listener, as an application would.</summary>
    private static async Task<TourTunnel> ThroughAsync(TourSite site, Forwarder forwarder, CancellationToken cancellationToken)
    {
        DuplexStream stream = await new SocketDialer().DialAsync(new DialRequest(forwarder.BoundAt), cancellationToken).ConfigureAwait(false);
        return new TourTunnel(stream, site.Client.Connection, forwarder);
    }
}
