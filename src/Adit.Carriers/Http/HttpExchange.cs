using Adit.Core;
using Adit.Core.Streams;
using Adit.Wire;
using Adit.Wire.Http;

namespace Adit.Carriers.Http;

/// <summary>
/// One connection of HTTP/1.1 with one request at a time on it. Unlike the framework's client it gives the response's head while the request's body goes on. Owns the
/// stream until it is taken from it.
/// </summary>
internal sealed class HttpExchange(DuplexStream stream, string name) : IDisposable
{
    private const int BufferLength = 16 * 1024; // ours: longer heads are no gateway's, nor a proxy's

    private static readonly HttpLimits Limits = new() { HeadLength = BufferLength };

    private readonly byte[] _buffer = new byte[BufferLength];

    /// <summary>The connection.</summary>
    public DuplexStream Stream => stream;

    /// <summary>What came behind the response's head; until the next one is received.</summary>
    public ReadOnlyMemory<byte> Early { get; private set; }

    /// <summary>Sends a request's head, and what follows it at once.</summary>
    public async Task SendAsync(HttpRequestHead head, CancellationToken cancellationToken)
    {
        byte[] octets = new byte[head.EncodedLength];
        _ = head.Encode(octets);
        await stream.WriteAsync(octets, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits for the head of the final response.</summary>
    /// <exception cref="TunnelException">There came none, or something else.</exception>
    public async Task<HttpResponseHead> ReceiveAsync(CancellationToken cancellationToken)
    {
        byte[] buffer = _buffer;
        int length = 0;
        while (true)
        {
            DecodeStatus status = HttpResponseHead.TryDecode(buffer.AsSpan(0, length), Limits, out HttpResponseHead head, out int consumed, out string fault);
            if (status == DecodeStatus.Ok)
            {
                if (head.IsInterim)
                {
                    buffer.AsSpan(consumed, length - consumed).CopyTo(buffer);
                    length -= consumed;
                    continue;
                }

                Early = buffer.AsMemory(consumed, length - consumed);
                return head;
            }

            if (status != DecodeStatus.Truncated || length == buffer.Length) throw new TunnelException(TunnelError.ProtocolViolation, $"{name}: response: {fault}");
            int count = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
            if (count == 0) throw new TunnelException(TunnelError.ConnectionLost, $"{name}: response: expected a head, got the end of the connection");
            length += count;
        }
    }

    public void Dispose() => stream.Dispose();
}
