namespace Adit.Ssh.Keys;

/// <summary>The outcome of a lookup.</summary>
/// <param name="Status">What the files say.</param>
/// <param name="Entry">The line that decided: the match, the first that differs, or the revocation; null when unknown.</param>
/// <param name="Others">The host's lines with keys of other types.</param>
public sealed record KnownHostResult(KnownHostStatus Status, KnownHostEntry? Entry, IReadOnlyList<KnownHostEntry> Others);
