using System.Buffers;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Wire;
using Adit.Wire.Http;

namespace Adit.Proxies.Http;

/// <summary>A connection to an origin, kept for the further requests of one client, and what was read from it and not used yet.</summary>
/// <param name="stream">The connection; owned.</param>
/// <param name="authority">Whose it is.</param>
/// <param name="user">For whom it was made.</param>
internal sealed class OriginConnection(DuplexStream stream, HttpAuthority authority, string? user)
{
    private const int BufferLength = 64 * 1024;
    private byte[]? _buffer;
    private int _start;
    private int _end;

    public DuplexStream Stream { get; } = stream;

    public HttpAuthority Authority { get; } = authority;

    public string? User { get; } = user;

    /// <summary>Requests sent.</summary>
    public int Requests { get; set; }

    public ReadOnlyMemory<byte> Unread => _buffer.AsMemory(_start, _end - _start);

    /// <summary>Whether the origin has ended the connection, or said something unasked, since the last response.</summary>
    public bool IsStale()
    {
        if (_end > _start) return true;
        if (Stream is not IReadyStream ready) return false;
        try
        {
            return ready.TryRead(new byte[1], out _);
        }
        catch (IOException)
        {
            return true;
        }
    }

    public void Consume(int count)
    {
        _start += count;
        if (_start == _end) _start = _end = 0;
    }

    /// <summary>Waits for octets and reads them behind those unread.</summary>
    /// <returns>False at the end of the connection.</returns>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_end == 0) ReleaseBuffer();
        if (Stream is IReadyStream ready) await ready.WaitReadableAsync(cancellationToken).ConfigureAwait(false);
        _buffer ??= ArrayPool<byte>.Shared.Rent(BufferLength);
        if (_end == _buffer.Length)
        {
            if (_start == 0) throw new TunnelException(TunnelError.ProtocolViolation, $"{Authority}: response: expected a head of at most {BufferLength} octets, got more");
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        int count = await Stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        _end += count;
        return count > 0;
    }

    /// <summary>Reads a response's head.</summary>
    /// <returns>Null where the connection ended before its first octet.</returns>
    /// <exception cref="TunnelException">It is none, or incomplete.</exception>
    public async ValueTask<(HttpResponseHead Head, int Length)?> ReadHeadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            DecodeStatus status = HttpResponseHead.TryDecode(Unread.Span, HttpLimits.Default, out HttpResponseHead head, out int consumed, out string fault);
            if (status == DecodeStatus.Ok)
            {
                Consume(consumed);
                return (head, consumed);
            }

            if (status != DecodeStatus.Truncated) throw new TunnelException(TunnelError.ProtocolViolation, $"{Authority}: response: {fault}");
            if (await FillAsync(cancellationToken).ConfigureAwait(false)) continue;
            if (_end == _start) return null;
            throw new TunnelException(TunnelError.ConnectionLost, $"{Authority}: response: expected a whole head, got a part of one");
        }
    }

    public void Close(bool inOrder)
    {
        ReleaseBuffer();
        if (inOrder) Stream.Dispose();
        else Stream.Abort(TunnelError.Reset);
    }

    public void ReleaseBufferIfEmpty()
    {
        if (_end == _start) ReleaseBuffer();
    }

    public void ReleaseBuffer()
    {
        if (_buffer is not null) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = null;
        _start = _end = 0;
    }
}
