using System.Net;

namespace Adit.Proxies.Socks;

/// <summary>The destinations of a UDP association: so many at most, and none longer than it is in use. Thread-safe.</summary>
/// <param name="most">How many; of more the longest unused is forgotten.</param>
/// <param name="idle">How long one may be silent.</param>
/// <param name="time">The clock.</param>
internal sealed class UdpFlowTable(int most, TimeSpan idle, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Host, int Port), UdpFlow> _byName = [];
    private readonly Dictionary<SocketAddress, UdpFlow> _byAddress = [];
    private bool _cleared;

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _byName.Count;
        }
    }

    /// <summary>The flow that the client names; null where there is none, or no longer.</summary>
    public UdpFlow? Find(string host, int port)
    {
        lock (_lock) return _byName.TryGetValue((host, port), out UdpFlow? flow) ? Use(flow) : null;
    }

    /// <summary>The flow whose destination sent something.</summary>
    public UdpFlow? FindSender(SocketAddress from)
    {
        lock (_lock) return _byAddress.TryGetValue(from, out UdpFlow? flow) ? Use(flow) : null;
    }

    /// <summary>Adds one; null denies.</summary>
    public UdpFlow Add(string host, int port, IPEndPoint? to) => Add(new UdpFlow(host, port, to));

    /// <summary>Adds one, which is owned from here on.</summary>
    public UdpFlow Add(UdpFlow flow)
    {
        (string host, int port) = (flow.Host, flow.Port);
        flow.LastUsed = time.GetTimestamp();
        lock (_lock)
        {
            if (_cleared)
            {
                flow.Dispose();
                return flow;
            }

            if (_byName.TryGetValue((host, port), out UdpFlow? old)) Remove(old);
            if (_byName.Count >= most) Remove(_byName.Values.MinBy(f => f.LastUsed)!);
            _byName[(host, port)] = flow;
            if (flow.Address is not null) _byAddress[flow.Address] = flow;
            return flow;
        }
    }

    /// <summary>Forgets all, and all that come later.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _cleared = true;
            foreach (UdpFlow flow in _byName.Values) flow.Dispose();
            _byName.Clear();
            _byAddress.Clear();
        }
    }

    private UdpFlow? Use(UdpFlow flow)
    {
        if (time.GetElapsedTime(flow.LastUsed) > idle)
        {
            Remove(flow);
            return null;
        }

        flow.LastUsed = time.GetTimestamp();
        return flow;
    }

    /// <summary>Marks a flow as in use.</summary>
    public void Touch(UdpFlow flow)
    {
        lock (_lock) flow.LastUsed = time.GetTimestamp();
    }

    private void Remove(UdpFlow flow)
    {
        _byName.Remove((flow.Host, flow.Port));
        flow.Dispose();
        if (flow.Address is not null && _byAddress.TryGetValue(flow.Address, out UdpFlow? there) && there == flow) _byAddress.Remove(flow.Address);
    }
}
