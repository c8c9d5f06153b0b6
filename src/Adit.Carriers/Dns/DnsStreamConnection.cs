using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using System.Threading.Channels;
using Adit.Core;

namespace Adit.Carriers.Dns;

/// <summary>A connection to a resolver, each message behind its length in 2 octets (RFC 1035 §4.2.2): made when it is needed, kept for as long as the resolver keeps it, made anew when it broke.</summary>
/// <param name="connect">Connects.</param>
/// <param name="received">Takes each message.</param>
/// <param name="failed">Told why a connection could not be made, or broke.</param>
internal sealed class DnsStreamConnection(Func<CancellationToken, Task<Stream>> connect, DnsStreamConnection.Received received, Action<Exception> failed) : IDisposable
{
    private const int LengthOctets = 2;
    private const int MostWaiting = 256; // ours: queries that wait for the connection
    private const int MostSilence = 6000; // ours, in ms: a connection that says nothing to queries for so long is dead, though TCP will not know for minutes
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5); // ours

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private Channel<(byte[] Octets, int Length)>? _waiting;
    private CancellationTokenSource? _cut;
    private long _unansweredSince;
    private bool _isDisposed;

    /// <summary>Takes a message, whose octets are valid during the call.</summary>
    public delegate void Received(ReadOnlySpan<byte> octets);

    /// <summary>Has a message sent; what finds no room is lost.</summary>
    public void Send(ReadOnlySpan<byte> message)
    {
        byte[] octets = ArrayPool<byte>.Shared.Rent(LengthOctets + message.Length);
        BinaryPrimitives.WriteUInt16BigEndian(octets, (ushort)message.Length);
        message.CopyTo(octets.AsSpan(LengthOctets));
        lock (_gate)
        {
            long now = Environment.TickCount64;
            if (_waiting is not null && _unansweredSince != 0 && now - _unansweredSince > MostSilence)
            {
                _cut!.Cancel();
                _waiting.Writer.TryComplete();
                _waiting = null;
            }

            if (_waiting is null || _unansweredSince == 0) _unansweredSince = now;
            if (_waiting is null && !_isDisposed)
            {
                _waiting = Channel.CreateBounded<(byte[], int)>(new BoundedChannelOptions(MostWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
                Channel<(byte[] Octets, int Length)> waiting = _waiting;
                CancellationTokenSource cut = _cut = new CancellationTokenSource();
                _ = Task.Run(() => RunAsync(waiting, cut));
            }

            if (_waiting?.Writer.TryWrite((octets, LengthOctets + message.Length)) == true) return;
        }

        ArrayPool<byte>.Shared.Return(octets);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            _waiting?.Writer.TryComplete();
            _waiting = null;
        }

        _stopping.Cancel();
    }

    private async Task RunAsync(Channel<(byte[] Octets, int Length)> waiting, CancellationTokenSource cut)
    {
        Stream? stream = null;
        Task receiving = Task.CompletedTask;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, cut.Token);
        try
        {
            using (var timeout = CancellationTokenSource.CreateLinkedTokenSource(ending.Token))
            {
                timeout.CancelAfter(Patience);
                stream = await connect(timeout.Token).ConfigureAwait(false);
            }

            receiving = ReceiveAsync(stream, waiting, ending.Token);
            byte[] room = new byte[16 * 1024];
            while (await waiting.Reader.WaitToReadAsync(ending.Token).ConfigureAwait(false))
            {
                // What waits goes together: length and message in one write at least (RFC 7766 §8), and one record of TLS for several.
                int count = 0;
                while (room.Length - count >= LengthOctets + 1024 && waiting.Reader.TryRead(out (byte[] Octets, int Length) next))
                {
                    next.Octets.AsSpan(0, next.Length).CopyTo(room.AsSpan(count));
                    count += next.Length;
                    ArrayPool<byte>.Shared.Return(next.Octets);
                }

                await stream.WriteAsync(room.AsMemory(0, count), ending.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or ObjectDisposedException or TunnelException)
        {
            // What was outstanding is missed in its time.
            if (!_stopping.IsCancellationRequested) failed(e);
        }

        lock (_gate)
        {
            waiting.Writer.TryComplete();
            if (_waiting == waiting) _waiting = null;
        }

        await ending.CancelAsync().ConfigureAwait(false);
        await receiving.ConfigureAwait(false);
        if (stream is not null) await stream.DisposeAsync().ConfigureAwait(false);
        while (waiting.Reader.TryRead(out (byte[] Octets, int Length) left)) ArrayPool<byte>.Shared.Return(left.Octets);
    }

    private async Task ReceiveAsync(Stream stream, Channel<(byte[] Octets, int Length)> waiting, CancellationToken ending)
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
                    Volatile.Write(ref _unansweredSince, 0);
                    received(room.AsSpan(start + LengthOctets, length));
                    start += LengthOctets + length;
                    continue;
                }

                if (start > 0 && (start == end || room.Length - start < LengthOctets + ushort.MaxValue))
                {
                    room.AsSpan(start, end - start).CopyTo(room);
                    (start, end) = (0, end - start);
                }

                int count = await stream.ReadAsync(room.AsMemory(end), ending).ConfigureAwait(false);
                if (count == 0) break;
                end += count;
            }
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or ObjectDisposedException or TunnelException)
        {
            // The resolver, or we, have ended it: the next query makes another.
        }

        waiting.Writer.TryComplete();
    }
}
