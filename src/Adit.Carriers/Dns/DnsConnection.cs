using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Adit.Carriers.Dns;

/// <summary>A TCP connection to the authority: messages behind their length in 2 octets (RFC 1035 §4.2.2), answered in whatever order they are ready (RFC 7766 §6.2.1.1).</summary>
internal sealed class DnsConnection : IDisposable
{
    private const int LengthOctets = 2;
    private const int LongestQuery = 4096;

    private readonly Socket _socket;
    private readonly Channel<(byte[] Octets, int Length)> _answers;
    private readonly SemaphoreSlim _room;
    private readonly Action<int> _sent;
    private readonly byte[] _received = new byte[2 * (LengthOctets + LongestQuery)];
    private long _waiting;
    private int _start;
    private int _end;
    private int _length;

    /// <summary>Takes a connection.</summary>
    /// <param name="socket">Its socket; owned.</param>
    /// <param name="peer">Who is at the other end.</param>
    /// <param name="number">What names it.</param>
    /// <param name="pipelined">Queries that wait for their answer at most.</param>
    /// <param name="now">The time.</param>
    /// <param name="sent">Told how much memory of answers is free again.</param>
    public DnsConnection(Socket socket, IPEndPoint peer, long number, int pipelined, long now, Action<int> sent)
    {
        (_socket, Number, Address, LastUsed, _sent) = (socket, number, peer.Address, now, sent);
        _room = new SemaphoreSlim(pipelined, pipelined);
        _answers = Channel.CreateUnbounded<(byte[], int)>(new UnboundedChannelOptions { SingleReader = true }); // bounded by what may be asked
        IPAddress mapped = peer.Address.MapToIPv6();
        Span<byte> octets = stackalloc byte[16];
        mapped.TryWriteBytes(octets, out _);
        Origin = new DnsOrigin(BinaryPrimitives.ReadUInt128BigEndian(octets), (ushort)peer.Port, number);
    }

    public long Number { get; }

    public IPAddress Address { get; }

    public DnsOrigin Origin { get; }

    /// <summary>When something came or went last, in microseconds.</summary>
    public long LastUsed { get; set; }

    /// <summary>Octets of memory that answers take which wait to be sent.</summary>
    public long Waiting => Interlocked.Read(ref _waiting);

    /// <summary>What <see cref="ReceiveAsync"/> found.</summary>
    public ReadOnlyMemory<byte> Message => _received.AsMemory(_start - _length, _length);

    /// <summary>Waits for the next message.</summary>
    /// <returns>Its octets; 0 at the end, or for what no query is.</returns>
    public async ValueTask<int> ReceiveAsync(CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            if (_end - _start >= LengthOctets)
            {
                _length = BinaryPrimitives.ReadUInt16BigEndian(_received.AsSpan(_start));
                if (_length is 0 or > LongestQuery) return 0;
                if (_end - _start >= LengthOctets + _length)
                {
                    _start += LengthOctets + _length;
                    return _length;
                }
            }

            if (_start > 0)
            {
                _received.AsSpan(_start, _end - _start).CopyTo(_received);
                (_start, _end) = (0, _end - _start);
            }

            int count = await _socket.ReceiveAsync(_received.AsMemory(_end), SocketFlags.None, cancellationToken).ConfigureAwait(false);
            if (count == 0) return 0;
            _end += count;
        }
    }

    /// <summary>The message that was received last gets no answer.</summary>
    public void Skip() => _room.Release();

    /// <summary>Has an answer sent.</summary>
    /// <returns>Octets of memory that it takes until then; 0 when the connection has ended.</returns>
    public int Enqueue(ReadOnlySpan<byte> answer)
    {
        byte[] octets = ArrayPool<byte>.Shared.Rent(LengthOctets + answer.Length);
        BinaryPrimitives.WriteUInt16BigEndian(octets, (ushort)answer.Length);
        answer.CopyTo(octets.AsSpan(LengthOctets));
        Interlocked.Add(ref _waiting, octets.Length);
        if (_answers.Writer.TryWrite((octets, LengthOctets + answer.Length))) return octets.Length;
        Interlocked.Add(ref _waiting, -octets.Length);
        ArrayPool<byte>.Shared.Return(octets);
        return 0;
    }

    /// <summary>Sends answers until the connection ends.</summary>
    public async Task SendAsync()
    {
        try
        {
            await foreach ((byte[] octets, int length) in _answers.Reader.ReadAllAsync().ConfigureAwait(false))
            {
                try
                {
                    for (int sent = 0; sent < length;) sent += await _socket.SendAsync(octets.AsMemory(sent, length - sent), SocketFlags.None).ConfigureAwait(false);
                }
                finally
                {
                    Free(octets);
                }

                _room.Release();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Dispose();
            while (_answers.Reader.TryRead(out (byte[] Octets, int Length) unsent)) Free(unsent.Octets);
        }
    }

    public void Dispose()
    {
        _answers.Writer.TryComplete();
        _socket.Dispose();
    }

    private void Free(byte[] octets)
    {
        Interlocked.Add(ref _waiting, -octets.Length);
        _sent(octets.Length);
        ArrayPool<byte>.Shared.Return(octets);
    }
}
