using Adit.Core;
using Adit.Core.Streams;
using Adit.Gateway.Leases;

namespace Adit.Gateway.Serving;

/// <summary>Binds a session's reverse listeners, each leased to the key of the session.</summary>
internal sealed class LeasingBinder(ReverseListenerLeases leases, string fingerprint, ILeaseHolder holder, IStreamBinder binder) : IStreamBinder
{
    public async ValueTask<IStreamListener> BindAsync(Destination at, CancellationToken cancellationToken = default) =>
        new LeasedListener(await leases.AcquireAsync(at, fingerprint, holder, ct => binder.BindAsync(at, ct), cancellationToken).ConfigureAwait(false));

    private sealed class LeasedListener(ReverseLease lease) : IStreamListener
    {
        public Destination BoundAt => lease.Listener.BoundAt;

        public ValueTask<Incoming?> AcceptAsync(CancellationToken cancellationToken = default) => lease.Listener.AcceptAsync(cancellationToken);

        public ValueTask DisposeAsync() => lease.DisposeAsync();
    }
}
