using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Adit.Carriers.Dns;

/// <content>The TCP connection: made when it is needed, and anew when it broke.</content>
internal sealed partial class DnsResolverLink
{
    private const int LengthOctets = 2;
    private const int MostWaiting = 256; // ours: queries that wait for the connection

    private Channel<(byte[] Octets, int Length)>? _waiting;

    /// <summary>Under the gate.</summary>
    private void SendStream(ReadOnlySpan<byte> query)
    {
        if (_waiting is null)
        {
            _waiting = Channel.CreateBounded<(byte[], int)>(new BoundedChannelOptions(MostWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
            Channel<(byte[] Octets, int Length)> waiting = _waiting;
            _ = Task.Run(() => StreamAsync(waiting));
        }

        byte[] octets = ArrayPool<byte>.Shared.Rent(LengthOctets + query.Length);
        BinaryPrimitives.WriteUInt16BigEndian(octets, (ushort)query.Length);
        query.CopyTo(octets.AsSpan(LengthOctets));
        if (!_waiting.Writer.TryWrite((octets, LengthOctets + query.Length))) ArrayPool<byte>.Shared.Return(octets);
    }

    private void CloseStream()
    {
        lock (_gate)
        {
            _waiting?.Writer.TryComplete();
            _waiting = null;
        }
    }

    private async Task StreamAsync(Channel<(byte[] Octets, int Length)> waiting)
    {
        using var socket = new Socket(Resolver.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            timeout.CancelAfter(TimeSpan.FromSeconds(5));
            await socket.ConnectAsync(Resolver, timeout.Token).ConfigureAwait(false);
            Task receiving = ReceiveStreamAsync(socket, waiting);
            while (await waiting.Reader.WaitToReadAsync(_stopping.Token).ConfigureAwait(false))
            {
                while (waiting.Reader.TryRead(out (byte[] Octets, int Length) next))
                {
                    for (int sent = 0; sent < next.Length;)
                        sent += await socket.SendAsync(next.Octets.AsMemory(sent, next.Length - sent), SocketFlags.None, _stopping.Token).ConfigureAwait(false);
                    ArrayPool<byte>.Shared.Return(next.Octets);
                }
            }

            socket.Shutdown(SocketShutdown.Send);
            await receiving.ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // What was outstanding is missed in its time.
        }

        lock (_gate)
        {
            if (_waiting == waiting) _waiting = null;
        }

        waiting.Writer.TryComplete();
        if (!_stopping.IsCancellationRequested) _sink.OnBroken(this, true);
    }

    private async Task ReceiveStreamAsync(Socket socket, Channel<(byte[] Octets, int Length)> waiting)
    {
        byte[] room = new byte[2 * (LengthOctets + ushort.MaxValue)];
        int start = 0, end = 0;
        try
        {
            while (true)
            {
                int length = end - start >= LengthOctets ? BinaryPrimitives.ReadUInt16BigEndian(room.AsSpan(start)) : -1;
                if (length >= 0 && end - start >= LengthOctets + length)
                {
                    Take(room.AsSpan(start + LengthOctets, length), Stream);
                    start += LengthOctets + length;
                    continue;
                }

                if (start > 0 && (start == end || room.Length - start < LengthOctets + ushort.MaxValue))
                {
                    room.AsSpan(start, end - start).CopyTo(room);
                    (start, end) = (0, end - start);
                }

                int count = await socket.ReceiveAsync(room.AsMemory(end), SocketFlags.None, _stopping.Token).ConfigureAwait(false);
                if (count == 0) break;
                end += count;
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The sending loop tells.
        }

        waiting.Writer.TryComplete();
    }
}
