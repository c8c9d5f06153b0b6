namespace Adit.Core.Links;

/// <summary>What is to happen to one packet.</summary>
/// <param name="Dropped">Why it is not sent; <see cref="DropReason.None"/> for one that is.</param>
/// <param name="Copies">How often it is sent: once or twice; 0 for a dropped one.</param>
/// <param name="At">When, on the clock that was given; in ticks of a <see cref="TimeSpan"/>.</param>
/// <param name="TurnedBit">The bit of the packet that is turned over, from its front; -1 for none.</param>
public readonly record struct FaultVerdict(DropReason Dropped, int Copies, long At, int TurnedBit);
