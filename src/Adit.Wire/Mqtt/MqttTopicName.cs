namespace Adit.Wire.Mqtt;

/// <summary>What topics may be called (MQTT 5 §4.7).</summary>
public static class MqttTopicName
{
    /// <summary>Whether a message may have the topic: not empty, and without wildcards.</summary>
    /// <param name="topic">UTF-8.</param>
    public static bool IsName(ReadOnlySpan<byte> topic) => !topic.IsEmpty && topic.Length <= ushort.MaxValue && topic.IndexOfAny((byte)'+', (byte)'#', (byte)0) < 0; // §4.7.1, §4.7.3
}
