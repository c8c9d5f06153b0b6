namespace Adit.Ssh.Channels;

/// <summary>A channel that the peer asks to open.</summary>
/// <param name="ChannelType">Its type.</param>
/// <param name="Fields">The fields that belong to the type.</param>
public sealed record ChannelOpening(string ChannelType, ReadOnlyMemory<byte> Fields);
