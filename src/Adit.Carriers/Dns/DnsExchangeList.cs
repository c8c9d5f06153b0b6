namespace Adit.Carriers.Dns;

/// <summary>Exchanges in the order of their deadlines.</summary>
internal sealed class DnsExchangeList
{
    private DnsExchange? _last;

    public DnsExchange? First { get; private set; }

    public int Count { get; private set; }

    /// <summary>Adds one; deadlines mostly grow, so its place is looked for from the end.</summary>
    public void Add(DnsExchange exchange)
    {
        DnsExchange? before = _last;
        while (before is not null && before.Deadline > exchange.Deadline) before = before.Previous;
        exchange.List = this;
        exchange.Previous = before;
        exchange.Next = before is null ? First : before.Next;
        if (exchange.Previous is null) First = exchange;
        else exchange.Previous.Next = exchange;
        if (exchange.Next is null) _last = exchange;
        else exchange.Next.Previous = exchange;
        Count++;
    }

    public void Remove(DnsExchange exchange)
    {
        if (exchange.Previous is null) First = exchange.Next;
        else exchange.Previous.Next = exchange.Next;
        if (exchange.Next is null) _last = exchange.Previous;
        else exchange.Next.Previous = exchange.Previous;
        (exchange.Previous, exchange.Next, exchange.List) = (null, null, null);
        Count--;
    }
}
