using System.Net;
using System.Net.Sockets;

namespace Adit.TestKit.Peers;

/// <summary>The client's side of <see cref="DatagramEcho"/>.</summary>
public static class DatagramProbe
{
    /// <summary>Sends datagrams of these lengths one after another, each again once a second until its echo is there; fails on any other octets.</summary>
    public static async Task EchoAsync(IPEndPoint at, params int[] lengths)
    {
        using Socket socket = new(at.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(at);
        byte[] buffer = new byte[65536];
        using CancellationTokenSource deadline = new(PeerProcess.Patience);
        for (int i = 0; i < lengths.Length; i++)
        {
            byte[] sent = new byte[lengths[i]];
            new SeededOctets(i).Fill(sent);
            while (true)
            {
                using CancellationTokenSource again = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token);
                again.CancelAfter(TimeSpan.FromSeconds(1));
                try
                {
                    await socket.SendAsync(sent, again.Token);
                    int count = await socket.ReceiveAsync(buffer, again.Token);
                    if (buffer.AsSpan(0, count).SequenceEqual(sent)) break;
                    // The echo of one that was sent twice.
                    if (i == 0 || count != lengths[i - 1]) throw new PeerFailureException($"echo: expected {sent.Length} octets as sent, got {count} others");
                }
                catch (Exception e) when (!deadline.IsCancellationRequested && e is OperationCanceledException or SocketException)
                {
                    // Lost, as datagrams may be.
                }
            }
        }
    }
}
