using System.Security.Cryptography;
using Adit.Core.Lifeline;
using Adit.Wire;
using Adit.Wire.Dns.Payload;

namespace Adit.Carriers.Dns;

/// <summary>Between the authority and lifelines: each query is one datagram up, its answer one down. Touched under the listener's lock.</summary>
/// <remarks>
/// Theory of operation: a query whose path has something to say is answered at once. Else it is held: a poll as a credit for what comes later, a query with data until another one takes its place, so that
/// an upload is never slower than its queries. A held query is answered when its path wakes, when its time is up, or when its resolver asks again. What is authentic for no path is refused, and nothing is kept of it;
/// probes alone are answered without a key, at a bounded rate.
/// </remarks>
internal sealed class DnsPathHandler(LifelineAcceptor acceptor, DnsListenerOptions options, Action<DnsServedPath> woken) : IDnsPayloadHandler
{
    /// <summary>Ours: probes that are held at once.</summary>
    private const int MostHeldProbes = 64;

    /// <summary>Ours: probes of one network (/24, /56) by UDP that are answered in a second; a client asks about 20, a few times.</summary>
    private const int MostProbesOfSource = 200;

    private readonly Dictionary<LifelineEndpoint, DnsServedPath> _paths = [];
    private readonly Dictionary<long, HeldQuery> _held = [];
    private readonly DnsRateLimit _probes = new(options.MaximumProbeRate);
    private Func<LifelineEndpoint, ILifelineCarrier>? _open;
    private DnsPayloadQuery _opening;
    private readonly int[] _probesOfSource = new int[1024];
    private readonly int _seed = RandomNumberGenerator.GetInt32(int.MaxValue);
    private long _probesSince;
    private int _heldProbes;

    /// <summary>The authority, which is made after this.</summary>
    public DnsAuthority Authority { get; set; } = null!;

    /// <summary>The time of the current call, in microseconds.</summary>
    public long Now { get; set; }

    /// <summary>Paths that are there.</summary>
    public int PathCount => _paths.Count;

    public DnsPayloadVerdict Receive(in DnsPayloadQuery query, ReadOnlySpan<byte> payload, Span<byte> answer, out int length, out long hold)
    {
        (length, hold) = (0, 0);
        if (payload.IsEmpty) return DnsPayloadVerdict.Refused;
        if (payload[0] == DnsProbe.Mark) return ReceiveProbe(query, payload, answer, out length, out hold);
        _opening = query;
        length = acceptor.Receive(payload, DnsCarrier.Profile, answer, _open ??= Open, out LifelineEndpoint? endpoint);
        if (length > 0) return DnsPayloadVerdict.Answered;
        if (endpoint is null || !_paths.TryGetValue(endpoint, out DnsServedPath? path)) return DnsPayloadVerdict.Refused;
        if (endpoint.OwesAcknowledgement || path.HeldCount >= options.MaximumHeldOfPath) ReleaseOne(path);
        if (endpoint.WantsToSend && (length = endpoint.Fill(answer, always: true)) > 0) return DnsPayloadVerdict.Answered;
        path.Held.Enqueue(query.Ticket);
        path.HeldCount++;
        _held.Add(query.Ticket, new HeldQuery(path, Now, default, 0));
        hold = path.HoldTime.Current;
        return DnsPayloadVerdict.Held;
    }

    public int Fill(in DnsPayloadQuery query, Span<byte> answer)
    {
        if (!_held.Remove(query.Ticket, out HeldQuery held)) return 0;
        if (held.Path is null)
        {
            _heldProbes--;
            return held.Probe.WriteAnswer(held.Hash, query.Origin.IsStream, answer);
        }

        held.Path.HeldCount--;
        if (!held.WasRepeated) held.Path.HoldTime.OnClean(Now - held.Since);
        return held.Path.IsDisposed ? 0 : held.Path.Endpoint.Fill(answer, always: true);
    }

    public void OnRepeated(in DnsPayloadQuery query)
    {
        if (!_held.TryGetValue(query.Ticket, out HeldQuery held) || held.Path is null) return;
        held.Path.HoldTime.OnRepeated(Now - held.Since);
        _held[query.Ticket] = held with { WasRepeated = true };
    }

    public bool MayRepeatProbe(DnsOrigin origin) => MayProbe(origin);

    /// <summary>A path woke: has its held queries answered for as long as it has something to say.</summary>
    /// <returns>Whether one was released, and <see cref="DnsAuthority.TryTake"/> has it.</returns>
    public bool ReleaseForWoken(DnsServedPath path)
    {
        if (!path.IsDisposed) return path.HeldCount > 0 && path.Endpoint.WantsToSend && ReleaseOne(path);
        _paths.Remove(path.Endpoint);
        return ReleaseOne(path);
    }

    private bool ReleaseOne(DnsServedPath path)
    {
        while (path.Held.TryDequeue(out long ticket))
        {
            if (_held.ContainsKey(ticket) && Authority.Release(ticket)) return true;
        }

        return false;
    }

    private DnsServedPath Open(LifelineEndpoint endpoint)
    {
        var path = new DnsServedPath(endpoint, $"dns {options.Authority.Zones[_opening.Zone].Domain}", woken);
        _paths.Add(endpoint, path);
        return path;
    }

    private DnsPayloadVerdict ReceiveProbe(in DnsPayloadQuery query, ReadOnlySpan<byte> payload, Span<byte> answer, out int length, out long hold)
    {
        (length, hold) = (0, 0);
        if (DnsProbe.TryReadQuestion(payload, out DnsProbe probe) != DecodeStatus.Ok || !MayProbe(query.Origin)) return DnsPayloadVerdict.Refused;
        uint hash = DnsProbe.HashOf(payload);
        if (probe.Hold > 0 && _heldProbes < MostHeldProbes)
        {
            _heldProbes++;
            _held.Add(query.Ticket, new HeldQuery(null, Now, probe, hash));
            hold = probe.Hold;
            return DnsPayloadVerdict.Held;
        }

        length = probe.WriteAnswer(hash, query.Origin.IsStream, answer);
        return DnsPayloadVerdict.Answered;
    }

    /// <summary>By UDP a sender may be a lie, and the answer meant for a victim: so a network of senders gets few of them in a second.</summary>
    private bool MayProbe(DnsOrigin origin)
    {
        if (Now - _probesSince >= 1_000_000)
        {
            Array.Clear(_probesOfSource);
            _probesSince = Now;
        }

        UInt128 network = origin.Address <= uint.MaxValue ? origin.Address >> 8 : origin.Address >> 72;
        if (!origin.IsStream && ++_probesOfSource[(HashCode.Combine(network, _seed) & int.MaxValue) % _probesOfSource.Length] > MostProbesOfSource) return false;
        return _probes.TryTake(Now);
    }

    private readonly record struct HeldQuery(DnsServedPath? Path, long Since, DnsProbe Probe, uint Hash, bool WasRepeated = false);
}
