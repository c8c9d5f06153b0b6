namespace Adit.Core.Lifeline;

/// <summary>What became of a datagram that a server took.</summary>
/// <param name="Session">The session that it belongs to; null for none.</param>
/// <param name="Path">The path.</param>
/// <param name="IsNewSession">Whether it made the session.</param>
/// <param name="IsAuthentic">Whether it was authentic and new.</param>
public readonly record struct LifelineArrival(LifelineSession? Session, LifelinePath? Path, bool IsNewSession, bool IsAuthentic);
