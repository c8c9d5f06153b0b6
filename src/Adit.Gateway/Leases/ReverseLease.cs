using Adit.Core;
using Adit.Core.Streams;

namespace Adit.Gateway.Leases;

/// <summary>A reverse listener, leased to the key that opened it. Owned by the session; disposing it closes the listener and frees its place.</summary>
public sealed class ReverseLease : IAsyncDisposable
{
    private readonly ReverseListenerLeases _leases;
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _disposed;

    internal ReverseLease(ReverseListenerLeases leases, Destination place, string fingerprint, ILeaseHolder holder, IStreamListener listener)
    {
        _leases = leases;
        Place = place;
        Fingerprint = fingerprint;
        Holder = holder;
        Listener = listener;
    }

    /// <summary>The listener.</summary>
    public IStreamListener Listener { get; }

    /// <summary>The place it takes, with the port the system chose.</summary>
    public Destination Place { get; }

    /// <summary>The fingerprint of the key that opened it.</summary>
    public string Fingerprint { get; }

    /// <summary>The session that has it.</summary>
    public ILeaseHolder Holder { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            await _released.Task.ConfigureAwait(false); // whoever returns from here may bind the place
            return;
        }

        try
        {
            await Listener.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            _leases.Remove(this);
            _released.SetResult();
        }
    }
}
