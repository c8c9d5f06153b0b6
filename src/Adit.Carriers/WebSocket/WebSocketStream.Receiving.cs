using System.Buffers;
using System.Runtime.CompilerServices;
using Adit.Core;
using Adit.Wire;
using Adit.Wire.WebSocket;

namespace Adit.Carriers.WebSocket;

/// <summary>What comes in.</summary>
public sealed partial class WebSocketStream
{
    /// <summary>Ours: octets read at once where the caller's buffer cannot take them.</summary>
    private const int BufferLength = 64 * 1024;

    /// <summary>Ours: after a read of fewer octets the buffer is given back while waiting.</summary>
    private const int BulkRead = 8 * 1024;

    /// <summary>Ours: a caller's buffer that is smaller is filled from ours, so that a transport never gets a tiny one.</summary>
    private const int LeastDirectRead = 8 * 1024;

    private byte[]? _buffer;
    private int _start;
    private int _end;
    private int _lastRead;
    private long _left;             // octets of the frame's payload still to come
    private long _taken;            // octets of it that were taken
    private uint? _key;
    private bool _inMessage;        // more fragments are to come
    private bool _readEnded;
    private bool _closeReceived;
    private bool _draining;
    private int _reading;

    private Span<byte> Buffered => _buffer.AsSpan(_start, _end - _start);

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _reading, 1) != 0)
        {
            ThrowIfFailed();
            if (Volatile.Read(ref _disposed) != 0) throw new TunnelException(TunnelError.Closed, $"{_options.Name}: read: the stream is closed");
            throw new InvalidOperationException("websocket: expected one read at a time, got two");
        }

        bool keep = false;
        try
        {
            return await ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            keep = true; // what is left unread is nobody's any more
            throw Lost(e);
        }
        finally
        {
            if (!keep) Volatile.Write(ref _reading, 0);
        }
    }

    private async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            ThrowIfFailed();
            if (!_stash.IsEmpty) return TakeStash(buffer.Span);
            if (_readEnded && (_closeReceived || !_draining)) return 0;
            if (_left > 0)
            {
                if (_end == _start && (buffer.Length < LeastDirectRead || _left < buffer.Length)) await FillAsync(cancellationToken).ConfigureAwait(false);
                if (buffer.IsEmpty) return 0;
                int count = _end > _start ? TakeBuffered(buffer.Span) : await TakeDirectlyAsync(buffer, cancellationToken).ConfigureAwait(false);
                _left -= count;
                _taken += count;
                return count;
            }

            DecodeStatus status = WebSocketFrameHeader.TryDecode(Buffered, out WebSocketFrameHeader header, out int consumed);
            if (status == DecodeStatus.Truncated)
            {
                await FillAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (status != DecodeStatus.Ok) ThrowBroken("frame", "a header of RFC 6455", status.ToString());
            _start += consumed;
            Judge(header);
            if (!header.IsControl)
            {
                BeginData(header);
                continue;
            }

            // The whole payload of a control frame fits the buffer.
            while (_end - _start < header.PayloadLength) await FillAsync(cancellationToken).ConfigureAwait(false);
            byte[] payload = Buffered[..(int)header.PayloadLength].ToArray();
            _start += payload.Length;
            if (header.MaskingKey is { } key) WebSocketMask.Apply(payload, key);
            Control(header.Opcode, payload);
            if (_probing && header.Opcode == WebSocketOpcode.Pong) return Ponged;
        }
    }

    private void Judge(in WebSocketFrameHeader header)
    {
        if (header.MaskingKey is not null != _options.ExpectsMask) ThrowBroken("frame", _options.ExpectsMask ? "a masked one" : "an unmasked one", "the contrary"); // §5.1
        if (header.IsControl) return;
        if ((header.Opcode == WebSocketOpcode.Continuation) != _inMessage) ThrowBroken("frame", _inMessage ? "a continuation" : "a message's beginning", header.Opcode.ToString()); // §5.4
    }

    private void BeginData(in WebSocketFrameHeader header)
    {
        // The end of the peer's direction. Text that holds something is taken like octets: some clients know nothing else.
        if (header is { Opcode: WebSocketOpcode.Text, IsFinal: true, PayloadLength: 0 })
        {
            EndOfReading();
            return;
        }

        _inMessage = !header.IsFinal;
        _left = header.PayloadLength;
        _taken = 0;
        _key = header.MaskingKey;
    }

    private void Control(WebSocketOpcode opcode, byte[] payload)
    {
        switch (opcode)
        {
            case WebSocketOpcode.Ping:
                Answer(payload);
                break;
            case WebSocketOpcode.Pong:
                _ponged = payload.Length == 1 ? payload[0] : -1;
                break;
            default:
                if (WebSocketClose.TryDecode(payload, out WebSocketClose close) != DecodeStatus.Ok) ThrowBroken("close frame", "a code and UTF-8", "neither");
                if (close.Code is not (WebSocketClose.Normal or WebSocketClose.None))
                {
                    var reset = new TunnelException(TunnelError.Reset, $"{_options.Name}: closed by the peer with code {close.Code}");
                    Fail(reset);
                    throw reset;
                }

                _closeReceived = true;
                EndOfReading();
                _ = EchoCloseAsync();
                break;
        }
    }

    private void EndOfReading()
    {
        _readEnded = true;
        if (_writesCompleted) _ = EchoCloseAsync();
    }

    private async Task EchoCloseAsync()
    {
        try
        {
            await SendCloseAsync(WebSocketClose.Normal, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or OperationCanceledException)
        {
            // It is gone.
        }
    }

    /// <summary>Reads and drops what is still to come, to the peer's close frame; who opened the connection also to its end, for the other side ends it first (RFC 6455 §7.1.1).</summary>
    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        byte[] scratch = ArrayPool<byte>.Shared.Rent(BufferLength);
        _draining = true;
        while (await ReceiveAsync(scratch, cancellationToken).ConfigureAwait(false) > 0)
        {
        }

        if (_options.IsClient)
        {
            while (await _transport.ReadAsync(scratch, cancellationToken).ConfigureAwait(false) > 0)
            {
            }
        }

        ArrayPool<byte>.Shared.Return(scratch);
    }

    private int TakeBuffered(Span<byte> into)
    {
        int count = (int)Math.Min(Math.Min(into.Length, _end - _start), _left);
        ReadOnlySpan<byte> from = _buffer.AsSpan(_start, count);
        if (_key is { } key) WebSocketMask.Apply(from, into, key, _taken);
        else from.CopyTo(into);
        _start += count;
        return count;
    }

    private async ValueTask<int> TakeDirectlyAsync(Memory<byte> into, CancellationToken cancellationToken)
    {
        int count = await _transport.ReadAsync(into[..(int)Math.Min(into.Length, _left)], cancellationToken).ConfigureAwait(false);
        if (count == 0) throw Cut();
        if (_key is { } key) WebSocketMask.Apply(into.Span[..count], key, _taken);
        return count;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_start == _end)
        {
            _start = _end = 0;
            if (_lastRead < BulkRead)
            {
                if (_buffer is not null) ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = null;
                await _transport.ReadAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
            }

            _buffer ??= ArrayPool<byte>.Shared.Rent(BufferLength);
        }
        else if (_start > 0)
        {
            Buffered.CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        _lastRead = await _transport.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        if (_lastRead == 0) throw Cut();
        _end += _lastRead;
    }

    private TunnelException Cut() => new(TunnelError.ConnectionLost, $"{_options.Name}: read: expected a frame that ends the stream, got the end of the connection");
}
