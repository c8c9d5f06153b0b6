using Adit.Core.Streams;
using Adit.Proxies.Streams;

namespace Adit.Proxies.Inspection;

/// <summary>One side of a tunnel while its first octets are held back. A read of a bare socket is given up without loss; of another stream it stays under way.</summary>
internal sealed class HeldSide
{
    /// <summary>Ours: octets held back at most, beyond what was there already.</summary>
    private const int Most = 1024;

    private readonly DuplexStream _stream;
    private readonly byte[] _buffer;
    private int _count;
    private bool _ended;
    private Task<int>? _read;

    public HeldSide(DuplexStream stream, byte[] early)
    {
        _stream = stream;
        _buffer = new byte[early.Length + Most];
        early.CopyTo(_buffer, 0);
        _count = early.Length;
    }

    public ReadOnlyMemory<byte> Held => _buffer.AsMemory(0, _count);

    public bool IsFull => _count == _buffer.Length;

    /// <summary>Begins a read, or tells of the one under way.</summary>
    /// <param name="untilKnown">Ends a read that can be given up.</param>
    /// <param name="always">Ends any.</param>
    public Task ReadAsync(CancellationToken untilKnown, CancellationToken always)
    {
        if (_ended) return Task.Delay(Timeout.Infinite, untilKnown);
        return _read ??= _stream.ReadAsync(_buffer.AsMemory(_count), _stream is IReadyStream ? untilKnown : always).AsTask();
    }

    /// <summary>Takes what a completed read has brought.</summary>
    /// <returns>Whether the stream has ended.</returns>
    public async ValueTask<bool> TakeAsync()
    {
        if (_read is not { IsCompleted: true } read || read.IsCanceled) return _ended;
        _read = null;
        int count = await read.ConfigureAwait(false);
        _count += count;
        _ended |= count == 0;
        return _ended;
    }

    /// <summary>Gives up the read under way, where that loses nothing.</summary>
    public async ValueTask StopAsync()
    {
        if (_read is null || _stream is not IReadyStream) return;
        await ((Task)_read).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_read.IsCanceled) _read = null;
        else await TakeAsync().ConfigureAwait(false);
    }

    /// <summary>The stream behind what was held back.</summary>
    public DuplexStream Rest() => _read is null ? _stream : new PendingStream(_stream, _read, _buffer.AsMemory(_count));
}
