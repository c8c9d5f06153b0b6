using System.Buffers;
using System.Numerics;
using Adit.Wire.Dns;
using Adit.Wire.Dns.Payload;

namespace Adit.Carriers.Dns;

/// <summary>
/// All exchanges, found by payload and type. Three lists: held (waits for data), ready (is answered next), kept (was answered). Places are made once and used again; the hash is seeded
/// per process, so that nobody can choose payloads that collide.
/// </summary>
internal sealed class DnsExchangeTable(DnsAuthorityOptions options)
{
    private readonly DnsExchange?[] _buckets = new DnsExchange?[BitOperations.RoundUpToPowerOf2((uint)options.MostExchanges)];
    private readonly List<DnsExchange> _all = [];
    private readonly Stack<DnsExchange> _free = new();
    private readonly Stack<DnsAsker> _freeAskers = new();

    public DnsExchangeList Held { get; } = new();

    public DnsExchangeList Ready { get; } = new();

    public DnsExchangeList Kept { get; } = new();

    public long KeptOctets { get; private set; }

    public int Count => _all.Count - _free.Count;

    public static int HashOf(ReadOnlySpan<byte> key, DnsType type)
    {
        var hash = default(HashCode);
        hash.AddBytes(key);
        hash.Add((int)type);
        return hash.ToHashCode();
    }

    public DnsExchange? Find(ReadOnlySpan<byte> key, DnsType type, int hash)
    {
        for (DnsExchange? at = Bucket(hash); at is not null; at = at.NextOfHash)
        {
            if (at.Hash == hash && at.Type == type && at.Key.SequenceEqual(key)) return at;
        }

        return null;
    }

    public DnsExchange? Find(long ticket)
    {
        int slot = (int)(uint)ticket;
        return (uint)slot < (uint)_all.Count && _all[slot] is { List: not null } exchange && exchange.Ticket == ticket ? exchange : null;
    }

    /// <summary>A new exchange, in no list and not yet found; null when all places are held.</summary>
    public DnsExchange? Begin(ReadOnlySpan<byte> key, DnsType type, DnsNameEncoding encoding, int hash, long now)
    {
        if (_free.Count == 0 && _all.Count == options.MostExchanges)
        {
            if (Kept.First is not { } oldest) return null;
            Forget(oldest);
        }

        if (!_free.TryPop(out DnsExchange? exchange))
        {
            exchange = new DnsExchange(_all.Count);
            _all.Add(exchange);
        }

        exchange.Begin(key, type, encoding, hash, now);
        return exchange;
    }

    /// <summary>Takes back a place that was begun and not entered.</summary>
    public void Abandon(DnsExchange exchange) => _free.Push(exchange);

    /// <summary>Makes it found and puts it into a list.</summary>
    public void Enter(DnsExchange exchange, DnsExchangeList list)
    {
        ref DnsExchange? bucket = ref Bucket(exchange.Hash);
        exchange.NextOfHash = bucket;
        bucket = exchange;
        if (list == Kept) Keep(exchange);
        else list.Add(exchange);
    }

    /// <summary>Puts it among the kept, and forgets the oldest of others where there are too many octets.</summary>
    public void Keep(DnsExchange exchange)
    {
        Kept.Add(exchange);
        while (KeptOctets > options.MostKeptOctets && Kept.First is { } oldest) Forget(oldest);
    }

    /// <summary>Takes a copy of the answer's payload.</summary>
    public void Store(DnsExchange exchange, ReadOnlySpan<byte> answer)
    {
        exchange.Answer = ArrayPool<byte>.Shared.Rent(Math.Max(1, answer.Length));
        exchange.AnswerLength = answer.Length;
        answer.CopyTo(exchange.Answer);
        KeptOctets += answer.Length;
    }

    public void Expire(long now)
    {
        while (Kept.First is { } oldest && oldest.Deadline <= now) Forget(oldest);
    }

    /// <summary>Adds who is to be answered; false when there are enough.</summary>
    public bool TryAddAsker(DnsExchange exchange, in DnsHeader header, DnsEdns? edns, DnsOrigin origin, ReadOnlySpan<byte> name)
    {
        int count = 1;
        DnsAsker? last = exchange.FirstAsker;
        for (; last?.Next is not null; last = last.Next) count++;
        if (last is not null && count >= options.MostAskers) return false;
        DnsAsker asker = _freeAskers.TryPop(out DnsAsker? free) ? free : new DnsAsker();
        asker.Set(header, edns, origin, name);
        if (last is null) exchange.FirstAsker = asker;
        else last.Next = asker;
        return true;
    }

    public void RemoveFirstAsker(DnsExchange exchange)
    {
        DnsAsker asker = exchange.FirstAsker!;
        exchange.FirstAsker = asker.Next;
        if (_freeAskers.Count < options.MostHeld) _freeAskers.Push(asker);
    }

    /// <summary>Takes its place back.</summary>
    public void Forget(DnsExchange exchange)
    {
        exchange.List?.Remove(exchange);
        ref DnsExchange? link = ref Bucket(exchange.Hash);
        if (link == exchange)
        {
            link = exchange.NextOfHash;
        }
        else
        {
            DnsExchange before = link!;
            while (before.NextOfHash != exchange) before = before.NextOfHash!;
            before.NextOfHash = exchange.NextOfHash;
        }

        exchange.NextOfHash = null;
        if (exchange.Answer is not null) ArrayPool<byte>.Shared.Return(exchange.Answer);
        exchange.Answer = null;
        KeptOctets -= exchange.AnswerLength;
        _free.Push(exchange);
    }

    private ref DnsExchange? Bucket(int hash) => ref _buckets[hash & (_buckets.Length - 1)];
}
