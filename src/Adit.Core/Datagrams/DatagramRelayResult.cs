namespace Adit.Core.Datagrams;

/// <summary>What went through a relay of datagrams.</summary>
/// <param name="FromFirst">Datagrams from the first flow to the second.</param>
/// <param name="FromSecond">Datagrams from the second flow to the first.</param>
/// <param name="Dropped">Datagrams that one side could not take.</param>
public sealed record DatagramRelayResult(long FromFirst, long FromSecond, long Dropped);
