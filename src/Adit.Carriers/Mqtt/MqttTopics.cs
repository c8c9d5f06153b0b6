using System.Globalization;
using System.Text;
using Adit.Wire.Mqtt;

namespace Adit.Carriers.Mqtt;

/// <summary>The names of topics: <c>prefix/server/h</c> for handshakes, <c>prefix/server/p</c> for the gateway's presence record, <c>prefix/id/u</c> to the gateway and <c>prefix/id/d</c> from it, where id is 32 hexadecimal digits.</summary>
public static class MqttTopics
{
    /// <summary>Octets of a path's id.</summary>
    public const int IdLength = 16;

    private const int IdDigits = 2 * IdLength;

    /// <summary>Where handshakes go.</summary>
    /// <param name="prefix">Levels before.</param>
    /// <param name="server">The gateway's name.</param>
    public static string Handshake(string prefix, string server) => $"{prefix}/{server}/h";

    /// <summary>Where the gateway's presence record stands.</summary>
    /// <param name="prefix">Levels before.</param>
    /// <param name="server">The gateway's name.</param>
    public static string Presence(string prefix, string server) => $"{prefix}/{server}/p";

    /// <summary>Where a path's messages to the gateway go.</summary>
    /// <param name="prefix">Levels before.</param>
    /// <param name="id">The path's id.</param>
    public static string Up(string prefix, UInt128 id) => $"{prefix}/{id:x32}/u";

    /// <summary>Where a path's messages from the gateway go.</summary>
    /// <param name="prefix">Levels before.</param>
    /// <param name="id">The path's id.</param>
    public static string Down(string prefix, UInt128 id) => $"{prefix}/{id:x32}/d";

    /// <summary>Reads the id of a topic to the gateway.</summary>
    /// <param name="topic">The topic, UTF-8.</param>
    /// <param name="prefixLength">Octets of the prefix, which is not looked at: only what was subscribed arrives.</param>
    /// <param name="id">The id.</param>
    public static bool TryReadUp(ReadOnlySpan<byte> topic, int prefixLength, out UInt128 id)
    {
        id = default;
        return topic.Length == prefixLength + 1 + IdDigits + 2 && topic.EndsWith("/u"u8)
            && UInt128.TryParse(topic.Slice(prefixLength + 1, IdDigits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out id);
    }

    /// <summary>Judges a prefix or a server's name.</summary>
    /// <param name="name">Such a name.</param>
    /// <param name="isLevel">Whether it is to be a single level.</param>
    /// <returns>What is wrong; null for nothing.</returns>
    public static string? Judge(string name, bool isLevel)
    {
        ArgumentNullException.ThrowIfNull(name);
        byte[] octets = Encoding.UTF8.GetBytes(name);
        if (octets.Length > 200) return $"expected at most 200 octets, got {octets.Length}";
        if (!MqttTopicName.IsName(octets)) return "expected a name without +, # and U+0000";
        if (name.StartsWith('$')) return "expected another first character than $, which is the broker's own (MQTT 5 §4.7.2)";
        if (isLevel ? name.Contains('/', StringComparison.Ordinal) : name.StartsWith('/') || name.EndsWith('/')) return isLevel ? "expected one level, without /" : "expected no / at either end";
        return null;
    }
}
