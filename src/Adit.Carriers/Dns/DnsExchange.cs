using Adit.Wire.Dns;
using Adit.Wire.Dns.Payload;

namespace Adit.Carriers.Dns;

/// <summary>A payload's query that is held, or whose answer is kept. In one <see cref="DnsExchangeList"/> at a time; used again once forgotten.</summary>
internal sealed class DnsExchange(int slot)
{
    private readonly byte[] _key = new byte[DnsName.MaximumLength + 5];

    /// <summary>Its place among all, the low half of its ticket.</summary>
    public int Slot { get; } = slot;

    /// <summary>What tells it from who had the place before.</summary>
    public uint Generation { get; private set; }

    public DnsPayloadQuery Query { get; set; }

    public DnsType Type { get; private set; }

    public DnsNameEncoding Encoding { get; private set; }

    public int KeyLength { get; private set; }

    /// <summary>How the payload is written, its zone, the payload.</summary>
    public ReadOnlySpan<byte> Key => _key.AsSpan(0, KeyLength);

    public int Hash { get; private set; }

    /// <summary>The next of the same hash.</summary>
    public DnsExchange? NextOfHash { get; set; }

    public DnsExchange? Previous { get; set; }

    public DnsExchange? Next { get; set; }

    public DnsExchangeList? List { get; set; }

    /// <summary>When it is answered or forgotten, in microseconds.</summary>
    public long Deadline { get; set; }

    /// <summary>When it came, in microseconds.</summary>
    public long ReceivedAt { get; private set; }

    /// <summary>The answer's payload from a pool, once there is one.</summary>
    public byte[]? Answer { get; set; }

    public int AnswerLength { get; set; }

    /// <summary>The answer's payload.</summary>
    public ReadOnlySpan<byte> Kept => Answer.AsSpan(0, AnswerLength);

    /// <summary>Who is to be answered, the first first.</summary>
    public DnsAsker? FirstAsker { get; set; }

    public long Ticket => ((long)Generation << 32) | (uint)Slot;

    public void Begin(ReadOnlySpan<byte> key, DnsType type, DnsNameEncoding encoding, int hash, long now)
    {
        Generation = (Generation + 1) & int.MaxValue;
        key.CopyTo(_key);
        (KeyLength, Type, Encoding, Hash, ReceivedAt) = (key.Length, type, encoding, hash, now);
        (Answer, AnswerLength, FirstAsker) = (null, 0, null);
    }
}
