using Adit.Core.Lifeline;

namespace Adit.TestKit.Lifelines;

/// <summary>
/// A client and a server with paths between them, on a clock that jumps from event to event: everything that happens follows from the seed.
/// </summary>
public sealed class SimulatedNetwork : IDisposable
{
    private readonly PriorityQueue<(bool ToServer, SimulatedPath Path, byte[] Datagram), (long At, long Order)> _underWay = new();
    private readonly Random _random;
    private readonly List<SimulatedPath> _paths = [];
    private readonly CarrierKey? _key;
    private readonly byte[] _room = new byte[70_000];
    private long _order;

    public SimulatedNetwork(int seed, bool keyed = true, LifelineOptions? options = null)
    {
        _random = new Random(seed);
        Options = options ?? new LifelineOptions { Window = 256 * 1024 };
        _key = keyed ? new CarrierKey(Bytes(32)) : null;
        Server = NewServer();
    }

    public LifelineOptions Options { get; }

    public long Now { get; private set; } = 1_000_000;

    public LifelineServer Server { get; private set; }

    /// <summary>The client's side, once the first path is there.</summary>
    public LifelineClientSession? ClientSession { get; private set; }

    public LifelineSession? Client => ClientSession?.Session;

    public LifelineSession? Served { get; private set; }

    public IReadOnlyList<SimulatedPath> Paths => _paths;

    public int Datagrams { get; private set; }

    /// <summary>Called for each datagram before it leaves: what comes of it in its place.</summary>
    public Func<bool, byte[], IEnumerable<byte[]>> Tamper { get; set; } = static (_, d) => [d];

    public SimulatedPath AddPath(PathConditions conditions, LifelineProfile? profile = null)
    {
        profile ??= new LifelineProfile { Name = "simulated", TagLength = 8 };
        var path = new SimulatedPath(conditions, profile, new LifelineClientHandshake(profile, _key, ClientSession, b => _random.NextBytes(b), Now));
        _paths.Add(path);
        return path;
    }

    public void RemovePath(SimulatedPath path, bool alsoAtServer)
    {
        _paths.Remove(path);
        if (path.Client is not null) Client!.Remove(path.Client);
        if (alsoAtServer && path.Served is not null) Server.Remove(path.Served);
    }

    public void RestartServer()
    {
        Server.Dispose();
        Server = NewServer();
        Served = null;
        foreach (SimulatedPath path in _paths) path.Served = null;
    }

    /// <summary>The clock of one side jumps ahead; here there is one clock for both.</summary>
    public void Jump(long by) => Now += by;

    /// <summary>Goes on until a condition holds.</summary>
    /// <param name="done">Asked after each event.</param>
    /// <param name="limit">Simulated microseconds that it may take.</param>
    public bool Run(Func<bool> done, long limit)
    {
        long until = Now + limit;
        while (true)
        {
            Send();
            if (done()) return true;
            long next = Next();
            if (next > until)
            {
                Now = until;
                return false;
            }

            Now = Math.Max(Now, next);
            while (_underWay.TryPeek(out _, out (long At, long Order) when) && when.At <= Now) Arrive(_underWay.Dequeue());
            if (Client is { } client && client.Deadline <= Now) client.Tick(Now);
            if (Served is { } served && served.Deadline <= Now) served.Tick(Now);
        }
    }

    public void Dispose()
    {
        Client?.Dispose();
        Server.Dispose();
    }

    private LifelineServer NewServer() => new(new LifelineServerOptions { Keys = _key is null ? [] : [_key], TakesKeyless = _key is null, Session = Options }, b => _random.NextBytes(b));

    private byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    private long Next()
    {
        long next = long.MaxValue;
        if (_underWay.TryPeek(out _, out (long At, long Order) when)) next = when.At;
        if (Client?.Deadline is { } a) next = Math.Min(next, Math.Max(a, Now + 1));
        if (Served?.Deadline is { } b) next = Math.Min(next, Math.Max(b, Now + 1));
        foreach (SimulatedPath path in _paths)
        {
            if (path.Handshake.Verdict is null) next = Math.Min(next, Math.Max(path.Handshake.NextHello, Now + 1));
            if (path.Client is { } client && Client!.WantsToSend(client, Now)) next = Math.Min(next, Math.Max(path.ClientFreeAt, Now + 1));
            if (path.Served is { } served && Served is not null && Served.WantsToSend(served, Now)) next = Math.Min(next, Math.Max(path.ServerFreeAt, Now + 1));
        }

        return next;
    }

    private void Send()
    {
        foreach (SimulatedPath path in _paths)
        {
            Span<byte> room = _room.AsSpan(0, path.Conditions.Mtu);
            int hello = path.Handshake.Poll(room, Now);
            if (hello > 0) Launch(true, path, room[..hello]);
            if (path.Client is { } client && Now >= path.ClientFreeAt)
            {
                int length = Client!.Poll(client, room, Now);
                if (length > 0)
                {
                    path.ClientFreeAt = Now + path.Conditions.Spacing;
                    Launch(true, path, room[..length]);
                }
            }

            if (path.Served is { IsRemoved: false } served && Served is not null && Now >= path.ServerFreeAt)
            {
                int length = Served.Poll(served, room, Now);
                if (length > 0)
                {
                    path.ServerFreeAt = Now + path.Conditions.Spacing;
                    Launch(false, path, room[..length]);
                }
            }
        }
    }

    private void Launch(bool toServer, SimulatedPath path, ReadOnlySpan<byte> datagram)
    {
        foreach (byte[] each in Tamper(toServer, datagram.ToArray()))
        {
            Datagrams++;
            if (path.Conditions.IsCut || _random.NextDouble() < path.Conditions.Loss) continue;
            int copies = _random.NextDouble() < path.Conditions.Duplication ? 2 : 1;
            for (int i = 0; i < copies; i++)
            {
                long delay = path.Conditions.Delay + (path.Conditions.Jitter > 0 ? _random.NextInt64(path.Conditions.Jitter) : 0);
                _underWay.Enqueue((toServer, path, each), (Now + delay, _order++));
            }
        }
    }

    private void Arrive((bool ToServer, SimulatedPath Path, byte[] Datagram) arrival)
    {
        (bool toServer, SimulatedPath path, byte[] datagram) = arrival;
        if (path.Conditions.IsCut) return;
        if (toServer)
        {
            byte[] answer = new byte[path.Conditions.Mtu];
            int length = Server.Receive(datagram, path.Profile, answer, Now, out LifelineArrival what);
            if (length > 0) Launch(false, path, answer.AsSpan(0, length));
            if (what.IsAuthentic) path.Served = what.Path;
            if (what.IsNewSession) Served = what.Session;
            return;
        }

        if (path.Handshake.Verdict is null)
        {
            if (!path.Handshake.Receive(datagram, Options, Now) || path.Handshake.Path is null) return;
            ClientSession ??= path.Handshake.Session;
            path.Client = path.Handshake.Path;
        }
        else if (path.Client is { IsRemoved: false } client)
        {
            Client!.Receive(client, datagram, Now);
        }
    }
}
