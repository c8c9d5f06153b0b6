using System.Net;
using Adit.Core;
using Adit.Core.Certificates;
using Adit.Core.Streams;

namespace Adit.Gateway.Listeners;

/// <summary>A <c>tcp://</c> listener.</summary>
/// <param name="sockets">Its sockets, which it owns.</param>
internal sealed class TcpGatewayListener(SocketListener sockets) : IGatewayListener
{
    public Destination BoundAt => sockets.BoundAt;

    public IReadOnlyList<ListenUri> Places => [.. sockets.EndPoints.OfType<IPEndPoint>().Select(e => new ListenUri("tcp", e.Address.ToString(), e.Port))];

    public Pin? Pin => null;

    public ValueTask<Incoming?> AcceptAsync(CancellationToken cancellationToken = default) => sockets.AcceptAsync(cancellationToken);

    public ValueTask DisposeAsync() => sockets.DisposeAsync();

    public ValueTask ReleaseAsync() => ValueTask.CompletedTask;
}
