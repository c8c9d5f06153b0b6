using Adit.Core;
using Adit.Core.Streams;

namespace Adit.Gateway.Tests.Leases;

/// <summary>A listener that takes its place in a set, as the kernel would.</summary>
internal sealed class FakeListener : IStreamListener
{
    private readonly HashSet<Destination> _taken;

    public FakeListener(HashSet<Destination> taken, Destination at)
    {
        _taken = taken;
        BoundAt = at;
        lock (taken)
            if (!taken.Add(at)) throw new TunnelException(TunnelError.AddressInUse, $"{at}: taken");
    }

    public Destination BoundAt { get; }

    public ValueTask<Incoming?> AcceptAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<Incoming?>(null);

    public ValueTask DisposeAsync()
    {
        lock (_taken) _taken.Remove(BoundAt);
        return ValueTask.CompletedTask;
    }
}
