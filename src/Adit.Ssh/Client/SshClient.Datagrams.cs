using Adit.Core;
using Adit.Core.Datagrams;
using Adit.Ssh.Channels;
using Adit.Ssh.Forwarding;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Client;

/// <summary>UDP through the server (<see cref="DatagramChannel"/>).</summary>
public sealed partial class SshClient
{
    /// <summary>Opens a flow of datagrams at the server, which must be one of ours.</summary>
    /// <param name="request">To a UDP destination, whose name the server resolves.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException"><see cref="TunnelError.NotSupported"/>: the server does not know the channel; or it refused the destination.</exception>
    public async ValueTask<IDatagramFlow> DialDatagramsAsync(DialRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.To is not UdpDestination to) throw new ArgumentException($"ssh: {request.To}: expected a UDP destination", nameof(request));
        byte[] fields = SshChannel.Encode(new TcpipOpenFields(to.Host, (uint)to.Port, request.From?.Address.ToString() ?? "127.0.0.1", (uint)(request.From?.Port ?? 0)));
        try
        {
            return new FramedFlow(await Connection.OpenChannelAsync(DatagramChannel.Type, fields, null, cancellationToken).ConfigureAwait(false));
        }
        catch (TunnelException e) when (e.Error == TunnelError.NotSupported || (e.Error == TunnelError.Unreachable && e.Message.EndsWith(": open failed", StringComparison.Ordinal)))
        {
            // The second is how OpenSSH refuses channels that it does not know.
            throw new TunnelException(TunnelError.NotSupported, $"the server carries no UDP ({DatagramChannel.Type}): expected an Adit gateway, got {Connection.PeerSoftwareVersion}", null, e);
        }
    }

    ValueTask<IDatagramFlow> IDatagramDialer.DialAsync(DialRequest request, CancellationToken cancellationToken) => DialDatagramsAsync(request, cancellationToken);
}
