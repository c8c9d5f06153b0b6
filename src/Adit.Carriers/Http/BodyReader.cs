using System.Runtime.CompilerServices;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Wire;
using Adit.Wire.Http;

namespace Adit.Carriers.Http;

/// <summary>
/// Reads the body of a response as it comes. The octets are read straight into the caller's buffer and the framing of chunks is taken out in place; what is left of an
/// incomplete line of framing is kept for the next read.
/// </summary>
internal sealed class BodyReader(DuplexStream stream, HttpBody body, ReadOnlyMemory<byte> early, string name)
{
    private readonly HttpChunkedDecoder _chunks = new();
    private ReadOnlyMemory<byte> _kept = early;
    private bool _keptIsNew = !early.IsEmpty;
    private long _left = body.Length;
    private bool _ended = body.Kind == HttpBodyKind.None;

    /// <summary>Reads.</summary>
    /// <param name="buffer">At least 8 KiB, or none to wait for the first octet.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>0 at the end of the body.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (!_ended)
        {
            if (buffer.IsEmpty) return _keptIsNew ? 0 : await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            int length = Math.Min(_kept.Length, buffer.Length);
            _kept[..length].CopyTo(buffer);
            _kept = _kept[length..];
            if (!_keptIsNew)
            {
                int count = await stream.ReadAsync(buffer[length..], cancellationToken).ConfigureAwait(false);
                if (count == 0) return body.Kind == HttpBodyKind.UntilClose ? 0 : throw Broken(TunnelError.ConnectionLost, "expected its end, got the end of the connection");
                length += count;
            }

            if (_kept.IsEmpty) _keptIsNew = false;
            int taken = Take(buffer.Span[..length]);
            if (taken > 0) return taken;
        }

        return 0;
    }

    /// <summary>Moves the payload among what has come to the front.</summary>
    private int Take(Span<byte> octets)
    {
        switch (body.Kind)
        {
            case HttpBodyKind.UntilClose:
                return octets.Length;
            case HttpBodyKind.Length:
                int part = (int)Math.Min(_left, octets.Length);
                _left -= part;
                _ended = _left == 0;
                return part;
        }

        int at = 0;
        int taken = 0;
        while (at < octets.Length)
        {
            DecodeStatus status = _chunks.Next(octets[at..], out int consumed, out ReadOnlySpan<byte> payload);
            if (status == DecodeStatus.Truncated)
            {
                // Early octets that did not fit the buffer follow what is kept.
                _kept = _kept.IsEmpty ? octets[at..].ToArray() : (byte[])[.. octets[at..], .. _kept.Span];
                break;
            }

            if (status != DecodeStatus.Ok) throw Broken(TunnelError.ProtocolViolation, _chunks.Fault);
            if (payload.Length > 0)
            {
                int from = at + consumed - payload.Length; // a slice of payload ends what was consumed with it
                if (from != taken) payload.CopyTo(octets[taken..]);
                taken += payload.Length;
            }

            at += consumed;
            if (!_chunks.IsDone) continue;
            _ended = true;
            break;
        }

        return taken;
    }

    private TunnelException Broken(TunnelError error, string what) => new(error, $"{name}: response body: {what}");
}
