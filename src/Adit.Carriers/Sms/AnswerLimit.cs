namespace Adit.Carriers.Sms;

/// <summary>How often a number is answered: a bucket each, of at most <see cref="Most"/> numbers; while more ask, those share one bucket. Safe for several threads.</summary>
/// <param name="perMinute">Answers a minute for one number; as many may come at once.</param>
/// <param name="time">The clock.</param>
internal sealed class AnswerLimit(double perMinute, TimeProvider time)
{
    /// <summary>Ours: some 400 KiB.</summary>
    public const int Most = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (double Tokens, long At)> _buckets = [];

    public bool TryTake(string number)
    {
        lock (_gate)
        {
            long now = time.GetTimestamp();
            if (!_buckets.ContainsKey(number) && _buckets.Count >= Most) Drop(now);
            string key = _buckets.ContainsKey(number) || _buckets.Count < Most ? number : "";
            (double tokens, long at) = _buckets.TryGetValue(key, out (double Tokens, long At) bucket) ? bucket : (perMinute, now);
            tokens = Math.Min(perMinute, tokens + (time.GetElapsedTime(at, now).TotalMinutes * perMinute));
            bool taken = tokens >= 1;
            _buckets[key] = (taken ? tokens - 1 : tokens, now);
            return taken;
        }
    }

    /// <summary>Who was quiet for a minute has a full bucket, as a stranger has.</summary>
    private void Drop(long now)
    {
        foreach (string quiet in _buckets.Where(b => time.GetElapsedTime(b.Value.At, now) > TimeSpan.FromMinutes(1)).Select(b => b.Key).ToArray()) _buckets.Remove(quiet);
    }
}
