using System.Buffers;
using System.IO.Pipelines;
using Adit.Carriers.Http.Polls;
using Adit.Core.Lifeline;
using Adit.Wire;
using Adit.Wire.Http;
using Adit.Wire.Lifeline;
using Microsoft.AspNetCore.Http.Features;

namespace Adit.Gateway.Listeners.Http;

/// <summary>
/// The long-polls of all clients (docs/HTTP-CARRIERS.md). An id is made by a request that begins with a lifeline's HELLO, and by nothing else; it is forgotten when its client does not prove within 30 s that it
/// hears the answers, or has not asked for a minute. Bounded: <see cref="Most"/> ids, <see cref="MostStrangers"/> of them without that proof, the oldest of which gives way to the next.
/// </summary>
internal sealed class CarrierPolls(LifelineAcceptor acceptor, RequestSource source, TimeProvider time) : IDisposable
{
    // Ours.
    private const int Most = 1024;
    private const int MostStrangers = 128;
    private static readonly TimeSpan BodyTime = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, PollMailbox> _there = new(StringComparer.Ordinal);
    private bool _isClosed;

    /// <summary>Ids that are there.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _there.Count;
        }
    }

    /// <summary>Serves a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="id">Whose it is, with its path.</param>
    /// <param name="isFirst">Whether it has the number 0: without a datagram it asks only whether a gateway is there.</param>
    /// <returns>False when it is a stranger's, and was not answered.</returns>
    public async Task<bool> ServeAsync(IFeatureCollection context, string id, bool isFirst)
    {
        CancellationToken gone = context.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted;
        try
        {
            if (context.GetRequiredFeature<IHttpRequestFeature>().Headers.ContentLength > HttpPollBatch.Longest) return false;
            PollMailbox? mailbox;
            lock (_gate) _there.TryGetValue(id, out mailbox);
            (bool isGood, mailbox) = await ReadAsync(context, id, mailbox, gone).ConfigureAwait(false);
            if (!isGood) return false;
            ArraySegment<byte>? batch = mailbox is not null ? await mailbox.HoldAsync(gone).ConfigureAwait(false) : isFirst ? ArraySegment<byte>.Empty : default(ArraySegment<byte>?);
            if (batch is not { } octets) return false;
            await AnswerAsync(context, octets).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException || PipeTransport.IsLoss(e, CancellationToken.None))
        {
            context.GetRequiredFeature<IHttpRequestLifetimeFeature>().Abort(); // gone, or too slow
        }

        return true;
    }

    /// <summary>Takes no new ids; those that are there go on until the connections are cut.</summary>
    public void Dispose()
    {
        lock (_gate) _isClosed = true;
    }

    /// <summary>Ends all.</summary>
    public void Release()
    {
        PollMailbox[] all;
        lock (_gate) all = [.. _there.Values];
        foreach (PollMailbox each in all) each.End();
    }

    private async Task<(bool IsGood, PollMailbox? Mailbox)> ReadAsync(IFeatureCollection context, string id, PollMailbox? mailbox, CancellationToken gone)
    {
        PipeReader reader = context.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(gone);
        limit.CancelAfter(BodyTime);
        long total = 0;
        while (true)
        {
            ReadResult result = await reader.ReadAsync(limit.Token).ConfigureAwait(false);
            ReadOnlySequence<byte> rest = result.Buffer;
            bool isGood = true;
            while (isGood)
            {
                DecodeStatus status = TakeOne(ref rest, out ArraySegment<byte> datagram);
                if (status == DecodeStatus.Truncated) break;
                if (status == DecodeStatus.Ok) mailbox ??= Open(context, id, datagram);
                isGood = status == DecodeStatus.Ok && mailbox is not null && await mailbox.TakeAsync(datagram, limit.Token).ConfigureAwait(false);
            }

            total += result.Buffer.Length - rest.Length;
            if (!isGood || total + rest.Length > HttpPollBatch.Longest)
            {
                // What the web server makes of the rest, it can only when it was given this.
                reader.AdvanceTo(result.Buffer.End);
                return (false, null);
            }

            reader.AdvanceTo(rest.Start, rest.End);
            if (result.IsCompleted) return (rest.IsEmpty, mailbox);
        }
    }

    private static DecodeStatus TakeOne(ref ReadOnlySequence<byte> rest, out ArraySegment<byte> datagram)
    {
        datagram = default;
        if (rest.Length < HttpPollBatch.HeaderLength) return DecodeStatus.Truncated;
        Span<byte> header = stackalloc byte[HttpPollBatch.HeaderLength];
        rest.Slice(0, HttpPollBatch.HeaderLength).CopyTo(header);
        int length = (header[0] << 8) | header[1];
        if (length is 0 or > HttpPollBatch.LongestDatagram) return DecodeStatus.BadLength;
        if (rest.Length < HttpPollBatch.HeaderLength + length) return DecodeStatus.Truncated;
        byte[] copy = ArrayPool<byte>.Shared.Rent(length);
        rest.Slice(HttpPollBatch.HeaderLength, length).CopyTo(copy);
        datagram = new ArraySegment<byte>(copy, 0, length);
        rest = rest.Slice(HttpPollBatch.HeaderLength + length);
        return DecodeStatus.Ok;
    }

    /// <summary>Makes an id.</summary>
    /// <returns>Null when it is a stranger's, or there is no room.</returns>
    private PollMailbox? Open(IFeatureCollection context, string id, ReadOnlySpan<byte> first)
    {
        if (LifelineHello.TryRead(first, out _) != DecodeStatus.Ok) return null;
        PollMailbox mailbox;
        lock (_gate)
        {
            if (_there.TryGetValue(id, out PollMailbox? there)) return there;
            if (_isClosed) return null;
            if (_there.Count >= MostStrangers)
            {
                KeyValuePair<string, PollMailbox>[] strangers = [.. _there.Where(e => !e.Value.IsConfirmed)];
                if (_there.Count - strangers.Length >= Most - MostStrangers) return null;
                if (strangers.Length >= MostStrangers)
                {
                    KeyValuePair<string, PollMailbox> oldest = strangers.MinBy(e => e.Value.Since);
                    _there.Remove(oldest.Key);
                    oldest.Value.End();
                }
            }

            mailbox = new PollMailbox(source.Of(context), time);
            _there.Add(id, mailbox);
        }

        _ = ServeAsync(id, mailbox);
        return mailbox;
    }

    private async Task ServeAsync(string id, PollMailbox mailbox)
    {
        await acceptor.ServeAsync(mailbox, takesKeyless: true, () => mailbox.IsConfirmed = true).ConfigureAwait(false);
        lock (_gate)
        {
            if (_there.TryGetValue(id, out PollMailbox? there) && there == mailbox) _there.Remove(id);
        }
    }

    private static async Task AnswerAsync(IFeatureCollection context, ArraySegment<byte> batch)
    {
        try
        {
            IHttpResponseFeature response = context.GetRequiredFeature<IHttpResponseFeature>();
            response.StatusCode = 200;
            response.Headers.ContentType = "application/octet-stream";
            response.Headers.CacheControl = "no-store, no-transform";
            response.Headers.ContentLength = batch.Count;
            IHttpResponseBodyFeature body = context.GetRequiredFeature<IHttpResponseBodyFeature>();
            await body.StartAsync().ConfigureAwait(false);
            if (batch.Count > 0) await body.Writer.WriteAsync(batch).ConfigureAwait(false);
            await body.CompleteAsync().ConfigureAwait(false);
        }
        finally
        {
            HttpPollQueue.Return(batch);
        }
    }
}
