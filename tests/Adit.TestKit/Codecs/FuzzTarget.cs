namespace Adit.TestKit.Codecs;

/// <summary>Something that takes octets from a peer and must survive any of them.</summary>
/// <param name="Name">As the command line and failures name it.</param>
/// <param name="Corpus">Well-formed inputs that mutation starts from; at least one.</param>
/// <param name="Body">Takes one input.</param>
public sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Corpus, FuzzBody Body);
