using System.Globalization;
using System.Text;

namespace Adit.Core.Links;

/// <summary>What a <see cref="FaultLink"/> does to packets on purpose. Immutable.</summary>
public sealed record FaultOptions
{
    /// <summary>The part of the packets that is lost, 0 to 1. Default: none.</summary>
    public double Loss { get; init; }

    /// <summary>How long each packet waits. Default: not at all.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>By how much, at most, the delay of each varies to either side; the order stays. Default: none.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Bits of packets a second; 0 for no bound. Default: 0. A burst waits in the queue.</summary>
    public long Rate { get; init; }

    /// <summary>The part of the packets that is not delayed, and so overtakes, 0 to 1. Default: none. Needs <see cref="Delay"/>.</summary>
    public double Reorder { get; init; }

    /// <summary>The part of the packets that comes twice, 0 to 1. Default: none.</summary>
    public double Duplicate { get; init; }

    /// <summary>The part of the packets of which one bit is turned over, 0 to 1. Default: none.</summary>
    public double Corrupt { get; init; }

    /// <summary>What chance begins with: equal seeds and equal packets have equal faults. Default: 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Packets that wait at most; more are dropped. Default: 1000; at 1500 octets each 1.5 MB.</summary>
    public int Queue { get; init; } = 1000;

    /// <summary>Reads <c>loss=1%,delay=20ms,jitter=5ms,rate=10m,reorder=1%,duplicate=1%,corrupt=0.1%,seed=7,queue=1000</c>, each at most once.</summary>
    /// <param name="text">The text.</param>
    /// <param name="options">What it says.</param>
    /// <param name="why">What is wrong, as <c>WORD: expected …, got …</c>.</param>
    public static bool TryParse(string text, out FaultOptions? options, out string? why)
    {
        ArgumentNullException.ThrowIfNull(text);
        options = null;
        var read = new FaultOptions();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string part in text.Split(','))
        {
            string[] pair = part.Split('=', 2);
            string value = pair.Length == 2 ? pair[1] : "";
            if (!seen.Add(pair[0]))
            {
                why = $"{pair[0]}: expected once, got twice";
                return false;
            }

            (FaultOptions? next, string expected) = pair[0] switch
            {
                "loss" => (TryPart(value, out double p) ? read with { Loss = p } : null, "a part such as 1% or 0.01"),
                "reorder" => (TryPart(value, out double p) ? read with { Reorder = p } : null, "a part such as 1% or 0.01"),
                "duplicate" => (TryPart(value, out double p) ? read with { Duplicate = p } : null, "a part such as 1% or 0.01"),
                "corrupt" => (TryPart(value, out double p) ? read with { Corrupt = p } : null, "a part such as 1% or 0.01"),
                "delay" => (TryTime(value, out TimeSpan t) ? read with { Delay = t } : null, "a time to 60s such as 20ms"),
                "jitter" => (TryTime(value, out TimeSpan t) ? read with { Jitter = t } : null, "a time to 60s such as 5ms"),
                "rate" => (TryRate(value, out long r) ? read with { Rate = r } : null, "bits a second such as 500k, 10m or 1g"),
                "seed" => (ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ulong s) ? read with { Seed = s } : null, "a number"),
                "queue" => (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int q) && q is > 0 and <= 100_000 ? read with { Queue = q } : null, "1 to 100000 packets"),
                _ => (null, "loss, delay, jitter, rate, reorder, duplicate, corrupt, seed or queue"),
            };
            if (next is null)
            {
                why = expected.StartsWith("loss,", StringComparison.Ordinal) ? $"expected {expected}, got '{pair[0]}'" : $"{pair[0]}: expected {expected}, got '{value}'";
                return false;
            }

            read = next;
        }

        why = read.Reorder > 0 && read.Delay == TimeSpan.Zero ? "reorder: expected a delay beside it that others wait for, got none"
            : read.Jitter > read.Delay ? $"jitter: expected at most the delay of {Time(read.Delay)}, got {Time(read.Jitter)}"
            : null;
        if (why is not null) return false;
        options = read;
        return true;
    }

    /// <summary>As <see cref="TryParse"/> reads it.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Add("loss", Part(Loss), Loss > 0);
        Add("delay", Time(Delay), Delay > TimeSpan.Zero);
        Add("jitter", Time(Jitter), Jitter > TimeSpan.Zero);
        Add("rate", Rate.ToString(CultureInfo.InvariantCulture), Rate > 0);
        Add("reorder", Part(Reorder), Reorder > 0);
        Add("duplicate", Part(Duplicate), Duplicate > 0);
        Add("corrupt", Part(Corrupt), Corrupt > 0);
        Add("seed", Seed.ToString(CultureInfo.InvariantCulture), true);
        Add("queue", Queue.ToString(CultureInfo.InvariantCulture), Queue != 1000);
        return text.ToString();

        void Add(string word, string value, bool says)
        {
            if (says) text.Append(text.Length == 0 ? "" : ",").Append(word).Append('=').Append(value);
        }
    }

    private static string Part(double part) => $"{(part * 100).ToString("0.######", CultureInfo.InvariantCulture)}%";

    private static string Time(TimeSpan time) => $"{time.TotalMilliseconds.ToString("0.###", CultureInfo.InvariantCulture)}ms";

    private static bool TryPart(string text, out double part)
    {
        bool isPercent = text.EndsWith('%');
        bool read = double.TryParse(isPercent ? text[..^1] : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out part);
        if (isPercent) part /= 100;
        return read && part <= 1;
    }

    private static bool TryTime(string text, out TimeSpan time)
    {
        (string unit, double milliseconds) = text.EndsWith("ms", StringComparison.Ordinal) ? ("ms", 1) : text.EndsWith("us", StringComparison.Ordinal) ? ("us", 0.001) : text.EndsWith('s') ? ("s", 1000.0) : ("", 0);
        time = default;
        if (milliseconds == 0 || !double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) || number * milliseconds > 60_000) return false;
        time = TimeSpan.FromMilliseconds(number * milliseconds);
        return true;
    }

    private static bool TryRate(string text, out long rate)
    {
        rate = 0;
        if (text.Length == 0) return false;
        long unit = text[^1] switch { 'k' => 1_000, 'm' => 1_000_000, 'g' => 1_000_000_000, _ => 1 };
        if (!long.TryParse(unit == 1 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out long number) || number is 0 or > 1_000_000_000_000 || number > 1_000_000_000_000 / unit) return false;
        rate = number * unit;
        return true;
    }
}
