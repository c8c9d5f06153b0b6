using System.Buffers;
using Adit.Core;
using Adit.Wire;
using Adit.Wire.Http;

namespace Adit.Carriers.Http.Polls;

/// <summary>One of the connections that polls go by: one request at a time, kept alive between them as long as the other side does. Owns the connection.</summary>
/// <param name="connect">Connects.</param>
/// <param name="name">The hop, for errors.</param>
/// <param name="time">The clock.</param>
internal sealed class HttpPollConnection(Func<CancellationToken, Task<HttpExchange>> connect, string name, TimeProvider time) : IDisposable
{
    // Ours: less than what servers keep a silent connection for, so that a request seldom meets its end.
    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(25);

    private HttpExchange? _exchange;
    private long _lastUsed;

    /// <summary>Whether the last exchange went by a connection that others had used before: then its end says nothing about the way.</summary>
    public bool WasUsed { get; private set; }

    /// <summary>Sends a request and takes the answer.</summary>
    /// <param name="request">The head.</param>
    /// <param name="batch">The body.</param>
    /// <param name="arrived">Takes each datagram of the answer; what it is given is its own.</param>
    /// <param name="cancellationToken">Gives up; the connection is of no use then.</param>
    /// <returns>The status, and octets of the answer's batch.</returns>
    /// <exception cref="TunnelException">It broke, or is no answer.</exception>
    public async Task<(int Status, string Reason, int Octets)> ExchangeAsync(
        HttpRequestHead request, ArraySegment<byte> batch, Func<ArraySegment<byte>, CancellationToken, ValueTask> arrived, CancellationToken cancellationToken)
    {
        if (_exchange is not null && time.GetElapsedTime(_lastUsed) > LongestIdle) Dispose();
        WasUsed = _exchange is not null;
        HttpExchange exchange = _exchange ??= await connect(cancellationToken).ConfigureAwait(false);
        int length = request.EncodedLength;
        byte[] octets = ArrayPool<byte>.Shared.Rent(length + batch.Count);
        try
        {
            _ = request.Encode(octets);
            batch.AsSpan().CopyTo(octets.AsSpan(length));
            await exchange.Stream.WriteAsync(octets.AsMemory(0, length + batch.Count), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(octets);
        }

        HttpResponseHead head = await exchange.ReceiveAsync(cancellationToken).ConfigureAwait(false);
        WasUsed = false; // there is an answer
        if (HttpBody.TryOf(head, request.Method, out HttpBody body, out string fault) != DecodeStatus.Ok) throw new TunnelException(TunnelError.ProtocolViolation, $"{name}: response: {fault}");
        if (head.StatusCode != 200)
        {
            Dispose(); // its words are not read
            return (head.StatusCode, head.Reason, 0);
        }

        int count = body.Kind == HttpBodyKind.Length && body.Length == 0 ? 0 : await ReadAsync(new BodyReader(exchange.Stream, body, exchange.Early, name), arrived, cancellationToken).ConfigureAwait(false);
        _lastUsed = time.GetTimestamp();
        if (body.Kind == HttpBodyKind.UntilClose || !head.KeepsConnection) Dispose();
        return (200, "", count);
    }

    public void Dispose()
    {
        _exchange?.Dispose();
        _exchange = null;
    }

    private async Task<int> ReadAsync(BodyReader reader, Func<ArraySegment<byte>, CancellationToken, ValueTask> arrived, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(4 * HttpPollBatch.LongestDatagram);
        int total = 0;
        try
        {
            int end = 0;
            while (await reader.ReadAsync(buffer.AsMemory(end), cancellationToken).ConfigureAwait(false) is var count && count > 0)
            {
                total += count;
                end += count;
                if (total > HttpPollBatch.Longest) throw new TunnelException(TunnelError.ProtocolViolation, $"{name}: poll: answer: expected at most {HttpPollBatch.Longest} octets, got more");
                int start = 0;
                while (TakeOne(buffer.AsSpan(start, end - start), out ArraySegment<byte> datagram, out int consumed))
                {
                    start += consumed;
                    await arrived(datagram, cancellationToken).ConfigureAwait(false);
                }

                buffer.AsSpan(start, end - start).CopyTo(buffer);
                end -= start;
            }

            if (end > 0) throw new TunnelException(TunnelError.ProtocolViolation, $"{name}: poll: answer: expected whole datagrams, got part of one at the end");
            return total;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private bool TakeOne(ReadOnlySpan<byte> source, out ArraySegment<byte> datagram, out int consumed)
    {
        DecodeStatus status = HttpPollBatch.TryRead(source, out ReadOnlySpan<byte> octets, out consumed);
        datagram = default;
        if (status == DecodeStatus.Truncated) return false;
        if (status != DecodeStatus.Ok) throw new TunnelException(TunnelError.ProtocolViolation, $"{name}: poll: answer: expected a datagram of 1 to {HttpPollBatch.LongestDatagram} octets, got another length");
        byte[] copy = ArrayPool<byte>.Shared.Rent(octets.Length);
        octets.CopyTo(copy);
        datagram = new ArraySegment<byte>(copy, 0, octets.Length);
        return true;
    }
}
