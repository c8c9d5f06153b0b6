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
            using Socket socket = endpoint.AddressFamily == AddressFamily.Unix
                ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
                : new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(endpoint, deadline.Token);
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
