namespace Adit.Ssh.Channels;

/// <summary>What is under way, for a person to read.</summary>
public sealed partial class SshConnection
{
    /// <summary>The channels that are open or being opened, by their numbers.</summary>
    public IReadOnlyList<(uint Id, string Type)> ListChannels()
    {
        lock (_tableLock) return [.. _channels.OfType<SshChannel>().Select(c => (c.Id, c.ChannelType))];
    }
}
