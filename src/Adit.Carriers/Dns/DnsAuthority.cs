using Adit.Wire;
using Adit.Wire.Dns;
using Adit.Wire.Dns.Payload;

namespace Adit.Carriers.Dns;

/// <summary>An authoritative server of tunnel domains, without sockets and without a clock: messages in, messages out. Not safe for several threads.</summary>
/// <remarks>
/// Theory of operation: a query of a carrier type below a domain carries a payload in its name. The handler answers it at once, or holds it until it has something to say.
/// Resolvers ask again when they are impatient, from other ports and with other identifiers; so what was asked is known by payload and type, the handler sees each
/// payload once, and the answer is kept for <see cref="DnsAuthorityOptions.KeepTime"/> and said again octet for octet, but for what it echoes. A query that comes again while it is
/// held is answered at once. Everything else is what any zone answers: SOA, NS, addresses of its servers, NXDOMAIN with SOA for names that it has not, REFUSED for other zones.
/// What the handler refuses is answered like a name that does not exist, and leaves nothing behind. The jumbo bit of a name is answered over UDP with TC alone, and the same query over
/// TCP is the one that counts. Every answer's payload begins with <see cref="DnsHeldTime"/>. Times are in microseconds.
/// </remarks>
public sealed partial class DnsAuthority
{
    private readonly DnsAuthorityOptions _options;
    private readonly IDnsPayloadHandler _handler;
    private readonly DnsExchangeTable _exchanges;
    private readonly DnsStartOfAuthority[] _startsOfAuthority;
    private readonly byte[] _payload = new byte[DnsMessage.MaximumLength];
    private DnsExchange? _answering;

    /// <summary>Makes an authority.</summary>
    /// <param name="options">Its zones and bounds.</param>
    /// <param name="handler">Takes payloads and fills answers.</param>
    /// <exception cref="Core.TunnelException">BadConfiguration: an option out of its range.</exception>
    public DnsAuthority(DnsAuthorityOptions options, IDnsPayloadHandler handler)
    {
        options.Validate();
        (_options, _handler) = (options, handler);
        _exchanges = new DnsExchangeTable(options);
        _startsOfAuthority = [.. options.Zones.Select(z => z.StartOfAuthority)];
    }

    /// <summary>What it did so far.</summary>
    public DnsAuthorityCounters Counters { get; } = new();

    /// <summary>Queries that wait for an answer.</summary>
    public int HeldCount => _exchanges.Held.Count + _exchanges.Ready.Count;

    /// <summary>Answers that are kept.</summary>
    public int KeptCount => _exchanges.Kept.Count;

    /// <summary>Octets of their payloads.</summary>
    public long KeptOctets => _exchanges.KeptOctets;

    /// <summary>When <see cref="TryTake"/> has something next; <see cref="long.MaxValue"/>: not before a message or a release.</summary>
    public long Deadline => _answering is not null || _exchanges.Ready.Count > 0 ? long.MinValue : _exchanges.Held.First?.Deadline ?? long.MaxValue;

    /// <summary>Takes a message.</summary>
    /// <param name="message">The UDP payload, or a message of a TCP connection.</param>
    /// <param name="origin">Where it came from.</param>
    /// <param name="now">The time.</param>
    /// <param name="answer">Room for the answer: the larger of the options' two lengths.</param>
    /// <returns>Octets of the answer; 0 when there is none, or none yet.</returns>
    public int Receive(ReadOnlySpan<byte> message, DnsOrigin origin, long now, Span<byte> answer)
    {
        Counters.Received++;
        _exchanges.Expire(now);
        DecodeStatus status = DnsMessage.TryDecode(message, out DnsMessage query);
        if (status != DecodeStatus.Ok)
        {
            if (DnsHeader.TryDecode(message, out DnsHeader header, out _) == DecodeStatus.Ok && !header.IsResponse) return WriteError(header, DnsResponseCode.FormatError, answer);
            Counters.Dropped++;
            return 0;
        }

        if (query.Header.IsResponse)
        {
            Counters.Dropped++;
            return 0;
        }

        if (query.Header.Opcode != DnsOpcode.Query) return WriteError(query.Header, DnsResponseCode.NotImplemented, answer);
        if (query.Header.QuestionCount != 1) return WriteError(query.Header, DnsResponseCode.FormatError, answer); // RFC 9619 §4
        DnsQuestion question = query.Question;
        if (question.Name.IsCompressed) return WriteError(query.Header, DnsResponseCode.FormatError, answer); // nothing stands before it
        DnsEdns? edns = query.TryGetEdns(out DnsEdns found) ? found : null;
        var echo = new DnsEcho(query.Header, question.Name.Octets, question.Type, question.Class, edns);
        if (edns is { Version: > 0 }) return WriteBadVersion(echo, answer);
        int zone = question.Class == DnsClass.Internet && question.Type is not (DnsType.Axfr or DnsType.Ixfr) ? FindZone(echo.Name) : -1;
        if (zone < 0)
        {
            Counters.Foreign++;
            return WriteRefused(echo, answer);
        }

        bool isBelow = echo.Name.Length > _options.Zones[zone].Domain.EncodedLength;
        return isBelow && DnsPayloadData.IsCarrier(question.Type) && !IsOwnName(_options.Zones[zone], echo.Name)
            ? ReceivePayload(echo, zone, origin, now, answer)
            : WriteZoneAnswer(echo, zone, origin.IsStream, answer);
    }

    /// <summary>Has a held query answered by the next <see cref="TryTake"/>.</summary>
    /// <param name="ticket">The query's.</param>
    /// <returns>False when it is not held any more.</returns>
    public bool Release(long ticket)
    {
        if (_exchanges.Find(ticket) is not { } exchange || exchange.List != _exchanges.Held) return false;
        MakeReady(exchange);
        return true;
    }

    /// <summary>Takes the next answer of a held query that was released, asked for again, or held for its time.</summary>
    /// <param name="now">The time.</param>
    /// <param name="answer">Room for the answer: the larger of the options' two lengths.</param>
    /// <param name="length">Octets of the answer.</param>
    /// <param name="origin">Where it goes.</param>
    /// <returns>False when there is none.</returns>
    public bool TryTake(long now, Span<byte> answer, out int length, out DnsOrigin origin)
    {
        (length, origin) = (0, default);
        if (_answering is null)
        {
            if (_exchanges.Ready.First is { } ready) _answering = ready;
            else if (_exchanges.Held.First is { } held && held.Deadline <= now) _answering = held;
            else return false;
            FillHeld(_answering, now);
        }

        DnsExchange exchange = _answering;
        DnsAsker asker = exchange.FirstAsker!;
        origin = asker.Origin;
        length = WritePayload(new DnsEcho(asker.Header, asker.Name, exchange.Type, DnsClass.Internet, asker.Edns), exchange, exchange.Kept, origin.IsStream, answer);
        _exchanges.RemoveFirstAsker(exchange);
        if (exchange.FirstAsker is not null) return true;
        if (IsProbe(exchange)) _exchanges.Forget(exchange);
        else _exchanges.Keep(exchange);
        _answering = null;
        return true;
    }

    private int FindZone(ReadOnlySpan<byte> name)
    {
        int found = -1;
        for (int i = 0; i < _options.Zones.Count; i++)
        {
            DnsDomainName domain = _options.Zones[i].Domain;
            if (DnsNameOctets.IsWithin(name, domain.Octets) && (found < 0 || domain.EncodedLength > _options.Zones[found].Domain.EncodedLength)) found = i;
        }

        return found;
    }

    private int LimitOf(in DnsEcho echo, bool isStream)
    {
        if (isStream) return _options.MaximumStreamLength;
        int asked = Math.Max(DnsMessage.MaximumPlainLength, (int)(echo.Edns?.PayloadSize ?? 0)); // RFC 6891 §6.2.3
        return Math.Min(_options.MaximumUdpLength, asked);
    }
}
