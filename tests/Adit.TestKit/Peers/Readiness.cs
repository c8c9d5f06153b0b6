using System.Net;
using System.Net.Sockets;

namespace Adit.TestKit.Peers;

/// <summary>Waits until a peer accepts connections.</summary>
public static class Readiness
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>Connects again and again until it succeeds; fails when the peer ends or <see cref="PeerProcess.Patience"/> is over.</summary>
    public static async Task WaitForListenerAsync(EndPoint endpoint, PeerProcess peer)
    {
        using CancellationTokenSource deadline = new(PeerProcess.Patience);
        while (true)
        {
            if (peer.HasExited) throw peer.Failure($"ended before it listened on {endpoint}");
            (Socket opened, EndPoint place) = NamespaceEndPoint.Open(endpoint);
            using Socket socket = opened;
            try
            {
                await socket.ConnectAsync(place, deadline.Token);
                return;
            }
            catch (SocketException)
            {
                // Not yet.
            }
            catch (OperationCanceledException)
            {
            }

            if (deadline.IsCancellationRequested) throw peer.Failure($"does not listen on {endpoint} after {PeerProcess.Patience.TotalSeconds:0} s");
            await Task.Delay(Interval);
        }
    }
}
