using System.Text;

namespace Adit.Carriers.Mqtt;

/// <summary>A topic to publish to on one connection, with its alias where the broker has one to give.</summary>
public sealed class MqttTopic
{
    internal MqttTopic(string name, ushort alias)
    {
        (Name, Alias) = (name, alias);
        Octets = Encoding.UTF8.GetBytes(name);
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>MQTT 5: the number that stands for it (§3.3.2.3.4); 0 for none.</summary>
    public ushort Alias { get; }

    internal byte[] Octets { get; }

    /// <summary>Whether the broker was told what the alias stands for.</summary>
    internal bool IsAliasKnown { get; set; }
}
