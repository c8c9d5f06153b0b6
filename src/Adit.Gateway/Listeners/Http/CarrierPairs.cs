using Microsoft.AspNetCore.Http.Features;

namespace Adit.Gateway.Listeners.Http;

/// <summary>
/// Requests that wait for the other half of their carrier: a GET for its POST, or the other way about. Bounded, and none waits longer than
/// <see cref="Patience"/>. Ids are 128 bits that the client chose at random, so that nobody can join a stranger's half.
/// </summary>
internal sealed class CarrierPairs(TimeProvider time) : IDisposable
{
    /// <summary>Ours: how long a half waits. Two connections through the same proxies differ by less.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Ours: halves that wait at once; each holds a connection of a client that nobody knows yet.</summary>
    private const int Most = 512;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Half> _waiting = new(StringComparer.Ordinal);

    /// <summary>One half.</summary>
    /// <param name="Features">The request.</param>
    /// <param name="IsDownload">Whether its response is the client's incoming direction.</param>
    private sealed record Half(IFeatureCollection Features, bool IsDownload)
    {
        public TaskCompletionSource<Task?> Joined { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Brings a half. The first waits for the second; the second carries on both.</summary>
    /// <param name="id">What the halves share.</param>
    /// <param name="features">The request.</param>
    /// <param name="isDownload">Whether its response is the client's incoming direction.</param>
    /// <param name="join">Makes the carrier of upload and download, and tells when it is over.</param>
    /// <returns>False when it found no other half, or no place to wait; else true, once the carrier is over.</returns>
    public async Task<bool> JoinAsync(string id, IFeatureCollection features, bool isDownload, Func<IFeatureCollection, IFeatureCollection, Task> join)
    {
        var own = new Half(features, isDownload);
        Half? other;
        lock (_gate)
        {
            if (_waiting.Remove(id, out other))
            {
                if (other.IsDownload == isDownload)
                {
                    // Two of a kind: neither is anything.
                    other.Joined.TrySetResult(null);
                    return false;
                }
            }
            else if (_waiting.Count >= Most)
            {
                return false;
            }
            else
            {
                _waiting[id] = own;
            }
        }

        if (other is not null)
        {
            Task over = isDownload ? join(other.Features, features) : join(features, other.Features);
            other.Joined.TrySetResult(over);
            await over.ConfigureAwait(false);
            return true;
        }

        CancellationToken gone = features.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted;
        try
        {
            await own.Joined.Task.WaitAsync(Patience, time, gone).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            bool alone;
            lock (_gate) alone = _waiting.TryGetValue(id, out Half? there) && ReferenceEquals(there, own) && _waiting.Remove(id);
            if (alone) return false;
        }

        if (await own.Joined.Task.ConfigureAwait(false) is not { } carried) return false;
        await carried.ConfigureAwait(false);
        return true;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (Half half in _waiting.Values) half.Joined.TrySetResult(null);
            _waiting.Clear();
        }
    }
}
