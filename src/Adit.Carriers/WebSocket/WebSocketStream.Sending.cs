using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Adit.Core;
using Adit.Wire.WebSocket;

namespace Adit.Carriers.WebSocket;

/// <summary>What goes out.</summary>
public sealed partial class WebSocketStream
{
    private readonly SemaphoreSlim _writing = new(1, 1);
    private bool _writesCompleted;
    private bool _closeSent;
    private bool _ended;
    private int _quiet;             // times that the heartbeat looked since something was sent
    private byte[]? _pong;          // what the latest ping asked for; RFC 6455 §5.5.3 lets earlier ones go unanswered
    private int _ponging;

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            int count = Math.Min(buffer.Length, _options.FrameLength);
            await SendAsync(WebSocketOpcode.Binary, buffer[..count], cancellationToken).ConfigureAwait(false);
            buffer = buffer[count..];
        }
    }

    /// <inheritdoc/>
    public override async ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default)
    {
        if (_writesCompleted || _closeSent) return;
        await SendAsync(WebSocketOpcode.Text, default, cancellationToken).ConfigureAwait(false);
        _writesCompleted = true;
        if (_readEnded) await SendCloseAsync(WebSocketClose.Normal, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a ping.</summary>
    /// <param name="payload">At most 125 octets, which the pong repeats.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    public ValueTask PingAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken = default) =>
        payload.Length <= WebSocketFrameHeader.MaximumControlPayload
            ? SendAsync(WebSocketOpcode.Ping, payload, cancellationToken)
            : throw new ArgumentException($"ping: expected at most {WebSocketFrameHeader.MaximumControlPayload} octets, got {payload.Length}", nameof(payload));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAsync(WebSocketOpcode opcode, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        if (!_writing.Wait(0, CancellationToken.None)) await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        bool begun = false;
        try
        {
            if (opcode != WebSocketOpcode.Close) ThrowIfFailed();
            cancellationToken.ThrowIfCancellationRequested();
            if (_closeSent || (_writesCompleted && opcode is WebSocketOpcode.Binary or WebSocketOpcode.Text))
            {
                throw _closeSent ? new TunnelException(TunnelError.Reset, $"{_options.Name}: write: the peer has closed the stream") : new InvalidOperationException("websocket: write: expected a direction that goes on, got one whose writes were completed");
            }

            if (opcode == WebSocketOpcode.Close) _closeSent = true;
            begun = true;
            await _transport.CommitAsync(Frame(opcode, payload.Span), cancellationToken).ConfigureAwait(false);
            _quiet = 0;
        }
        catch (Exception e) when (begun)
        {
            // Half a frame may have gone out: nothing can follow it.
            throw Lost(e);
        }
        finally
        {
            _writing.Release();
        }
    }

    private int Frame(WebSocketOpcode opcode, ReadOnlySpan<byte> payload)
    {
        uint? key = null;
        if (_options.MasksOutgoing)
        {
            Span<byte> fresh = stackalloc byte[4]; // §5.3: unpredictable, fresh for each frame
            RandomNumberGenerator.Fill(fresh);
            key = BitConverter.ToUInt32(fresh);
        }

        var header = new WebSocketFrameHeader(true, opcode, payload.Length, key);
        int length = header.EncodedLength + payload.Length;
        Span<byte> room = _transport.GetWriteBuffer(length).Span;
        int at = header.Encode(room);
        if (key is { } mask) WebSocketMask.Apply(payload, room[at..], mask);
        else payload.CopyTo(room[at..]);
        return length;
    }

    private async ValueTask SendCloseAsync(ushort code, CancellationToken cancellationToken)
    {
        if (_closeSent) return;
        byte[] payload = new byte[WebSocketFrameHeader.MaximumControlPayload];
        int length = new WebSocketClose(code).Encode(payload);
        await SendAsync(WebSocketOpcode.Close, payload.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
        if (_ended) return;
        _ended = true;
        await _transport.EndAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Answers a ping without keeping the reader waiting, one answer at a time.</summary>
    private void Answer(byte[] payload)
    {
        Volatile.Write(ref _pong, payload);
        if (Interlocked.Exchange(ref _ponging, 1) == 0) _ = PongAsync();
    }

    private async Task PongAsync()
    {
        try
        {
            while (true)
            {
                while (Interlocked.Exchange(ref _pong, null) is { } payload) await SendAsync(WebSocketOpcode.Pong, payload, CancellationToken.None).ConfigureAwait(false);
                Volatile.Write(ref _ponging, 0);
                if (Volatile.Read(ref _pong) is null || Interlocked.Exchange(ref _ponging, 1) != 0) return;
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or OperationCanceledException)
        {
            // The next write tells it.
        }
    }

    private void Beat()
    {
        if (Interlocked.Increment(ref _quiet) == 1) return; // something was sent in the half that ends
        if (_closeSent || !_writing.Wait(0, CancellationToken.None)) return; // a write is under way: no silence
        _writing.Release();
        _ = BeatAsync();
    }

    private async Task BeatAsync()
    {
        try
        {
            await PingAsync(default).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or OperationCanceledException)
        {
            // The next write tells it.
        }
    }
}
