namespace Adit.Wire.Mqtt;

/// <summary>What topics may be called (MQTT 5 §4.7).</summary>
public static class MqttTopicName
{
    /// <summary>Whether a message may have the topic: not empty, and without wildcards.</summary>
    /// <param name="topic">UTF-8.</param>
    public static bool IsName(ReadOnlySpan<byte> topic) => !topic.IsEmpty && topic.Length <= ushort.MaxValue && topic.IndexOfAny((byte)'+', (byte)'#', (byte)0) < 0; // §4.7.1, §4.7.3

    /// <summary>Whether it is a topic filter: <c>+</c> only as a whole level, <c>#</c> only as the last one.</summary>
    /// <param name="filter">UTF-8.</param>
    public static bool IsFilter(ReadOnlySpan<byte> filter)
    {
        if (filter.IsEmpty || filter.Length > ushort.MaxValue || filter.Contains((byte)0)) return false; // §4.7.3
        while (true)
        {
            int end = filter.IndexOf((byte)'/');
            ReadOnlySpan<byte> level = end < 0 ? filter : filter[..end];
            bool isMany = level.Contains((byte)'#');
            if ((isMany || level.Contains((byte)'+')) && level.Length != 1) return false; // §4.7.1.2, §4.7.1.3
            if (end < 0) return true;
            if (isMany) return false; // §4.7.1.2
            filter = filter[(end + 1)..];
        }
    }

    /// <summary>Whether a filter means a topic.</summary>
    /// <param name="filter">A filter, as <see cref="IsFilter"/> has it.</param>
    /// <param name="topic">A name, as <see cref="IsName"/> has it.</param>
    public static bool Matches(ReadOnlySpan<byte> filter, ReadOnlySpan<byte> topic)
    {
        if (filter.IsEmpty || topic.IsEmpty) return false;
        if (topic[0] == '$' && filter[0] != '$') return false; // §4.7.2
        while (true)
        {
            if (filter is [(byte)'#']) return true;
            (int filterEnd, int topicEnd) = (filter.IndexOf((byte)'/'), topic.IndexOf((byte)'/'));
            ReadOnlySpan<byte> wanted = filterEnd < 0 ? filter : filter[..filterEnd], there = topicEnd < 0 ? topic : topic[..topicEnd];
            if (wanted is not [(byte)'+'] && !wanted.SequenceEqual(there)) return false;
            if (topicEnd < 0) return filterEnd < 0 || filter[(filterEnd + 1)..] is [(byte)'#']; // §4.7.1.2: the parent level too
            if (filterEnd < 0) return false;
            filter = filter[(filterEnd + 1)..];
            topic = topic[(topicEnd + 1)..];
        }
    }
}
