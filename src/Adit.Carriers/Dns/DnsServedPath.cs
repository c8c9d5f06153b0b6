using Adit.Core.Lifeline;

namespace Adit.Carriers.Dns;

/// <summary>The server's side of one lifeline path over DNS: its held queries. Touched under the listener's lock, but for <see cref="Wake"/> and <see cref="DisposeAsync"/>.</summary>
internal sealed class DnsServedPath(LifelineEndpoint endpoint, string name, Action<DnsServedPath> woken) : ILifelineCarrier
{
    private int _isWoken;

    public string Name => name;

    public LifelineEndpoint Endpoint => endpoint;

    /// <summary>Tickets of its held queries, the oldest first; those answered since are among them until they are met.</summary>
    public Queue<long> Held { get; } = new();

    /// <summary>Of those, how many are held still.</summary>
    public int HeldCount { get; set; }

    public DnsHoldTime HoldTime { get; } = new();

    public bool IsDisposed { get; private set; }

    public void Wake()
    {
        if (Interlocked.Exchange(ref _isWoken, 1) == 0) woken(this);
    }

    /// <summary>From here on <see cref="Wake"/> counts again. A full fence: what is looked at next must not be read before, or a wake in between would be lost.</summary>
    public void Slept() => Interlocked.Exchange(ref _isWoken, 0);

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        Wake();
        return ValueTask.CompletedTask;
    }
}
