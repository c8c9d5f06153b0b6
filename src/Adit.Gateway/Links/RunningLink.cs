using Adit.Core.Links;
using Adit.Core.Streams;
using Adit.Gateway.Hops;
using Adit.Links.Capture;
using Adit.Links.Delivery;
using Adit.Links.Devices;

namespace Adit.Gateway.Links;

/// <summary>A link that runs: its interface joined to its tunnel. Disposing ends it, and takes back what was made of the interface.</summary>
public sealed class RunningLink : IAsyncDisposable
{
    private readonly LinkBridge _bridge;
    private readonly IReadOnlyList<IAsyncDisposable> _owned;
    private readonly InterfaceSetup _setup;
    private int _disposed;

    internal RunningLink(LinkBridge bridge, TunDevice device, ILink tunnel, IDelivery? delivery, InterfaceSetup setup, LoopGuard? guard, int mtu, IReadOnlyList<IAsyncDisposable> owned)
    {
        (_bridge, Device, Tunnel, Delivery, _setup, Guard, Mtu, _owned) = (bridge, device, tunnel, delivery, setup, guard, mtu, owned);
    }

    /// <summary>The interface.</summary>
    public TunDevice Device { get; }

    /// <summary>The tunnel, without decorators.</summary>
    public ILink Tunnel { get; }

    /// <summary>What carries the tunnel; null for a stream.</summary>
    public IDelivery? Delivery { get; }

    /// <summary>The interface's MTU in octets.</summary>
    public int Mtu { get; }

    /// <summary>Completes when a direction has ended, and fails with what broke the link.</summary>
    public Task Ended => _bridge.Ended;

    /// <summary>Its records.</summary>
    public IReadOnlyList<PacketRecorder> Captures { get; init; } = [];

    /// <summary>The hops of a stream; null for none.</summary>
    internal HopChain? Hops { get; init; }

    /// <summary>Where a stream is waited for; null for none.</summary>
    internal IStreamListener? Listener { get; init; }

    /// <summary>Watches for loops; null for a stream.</summary>
    internal LoopGuard? Guard { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        if (Guard is not null) await Guard.DisposeAsync().ConfigureAwait(false);
        _setup.Dispose();
        await _bridge.DisposeAsync().ConfigureAwait(false);
        foreach (IAsyncDisposable each in _owned) await each.DisposeAsync().ConfigureAwait(false);
    }
}
