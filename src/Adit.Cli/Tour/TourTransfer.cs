using System.Diagnostics;
using System.Security.Cryptography;
using Adit.Core;
using Adit.Core.Streams;

namespace Adit.Cli.Tour;

/// <summary>Moves octets through a tunnel to its echo and back, and checks every one.</summary>
internal static class TourTransfer
{
    private const int BlockLength = 64 * 1024;

    /// <summary>How long one tunnel may take before it counts as failed.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);

    /// <summary>How long its counters may lag behind.</summary>
    private static readonly TimeSpan CountedWithin = TimeSpan.FromSeconds(1);

    public static async Task<TourResult> RunAsync(TourRow row, TourSite site, long octets, CancellationToken cancellationToken)
    {
        if (row.Missing() is { } missing) return new TourResult(row, 0, default, 0, "", null, missing);
        octets = Math.Min(octets, row.MostOctets ?? octets);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            TourTunnel tunnel = await row.OpenAsync(site, limit.Token).ConfigureAwait(false);
            await using (tunnel.ConfigureAwait(false))
            {
                (long sentBefore, long receivedBefore) = tunnel.Octets();
                long began = Stopwatch.GetTimestamp();
                Task<byte[]> sent = SendAsync(tunnel.Stream, octets, limit.Token);
                (byte[] received, long count) = await ReceiveAsync(tunnel.Stream, limit.Token).ConfigureAwait(false);
                TimeSpan elapsed = Stopwatch.GetElapsedTime(began);
                byte[] expected = await sent.ConfigureAwait(false);
                (long sentAfter, long receivedAfter) = await CountedAsync(tunnel, sentBefore + octets).ConfigureAwait(false);
                string? failure = count != octets ? $"expected {octets} octets back, got {count}"
                    : !received.AsSpan().SequenceEqual(expected) ? "the octets that came back are not those that were sent"
                    : null;
                // Of datagrams nobody counts the octets on the wire here.
                double overhead = sentAfter == 0 ? double.NaN : (double)(sentAfter - sentBefore + receivedAfter - receivedBefore) / (2 * octets) - 1;
                return new TourResult(row, octets, elapsed, overhead, tunnel.Protection, failure);
            }
        }
        catch (Exception e) when (e is TunnelException or IOException)
        {
            return new TourResult(row, 0, default, 0, "", e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new TourResult(row, 0, default, 0, "", $"expected {octets} octets within {Limit.TotalSeconds} s, got fewer");
        }
    }

    /// <summary>What the carrier counted: it may do so a moment after the octets have left, and even after they have come back.</summary>
    private static async Task<(long Sent, long Received)> CountedAsync(TourTunnel tunnel, long least)
    {
        for (long began = Stopwatch.GetTimestamp(); ; await Task.Delay(1).ConfigureAwait(false))
        {
            (long sent, long received) = tunnel.Octets();
            if (sent == 0 || sent >= least || Stopwatch.GetElapsedTime(began) > CountedWithin) return (sent, received);
        }
    }

    private static async Task<byte[]> SendAsync(DuplexStream stream, long octets, CancellationToken cancellationToken)
    {
        byte[] block = RandomNumberGenerator.GetBytes(BlockLength);
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long left = octets; left > 0; left -= BlockLength)
        {
            // Each block differs from the one before, so that a lost or doubled one is seen.
            BitConverter.TryWriteBytes(block, left);
            Memory<byte> part = block.AsMemory(0, (int)Math.Min(left, BlockLength));
            sum.AppendData(part.Span);
            await stream.WriteAsync(part, cancellationToken).ConfigureAwait(false);
        }

        await stream.CompleteWritesAsync(cancellationToken).ConfigureAwait(false);
        return sum.GetHashAndReset();
    }

    private static async Task<(byte[] Hash, long Octets)> ReceiveAsync(DuplexStream stream, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[BlockLength];
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long octets = 0;
        while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var count and > 0)
        {
            sum.AppendData(buffer.AsSpan(0, count));
            octets += count;
        }

        return (sum.GetHashAndReset(), octets);
    }
}
