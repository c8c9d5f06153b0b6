namespace Adit.TestKit.Codecs;

/// <summary>Puts one input through a decoder or an engine; throws whatever it finds wrong.</summary>
public delegate void FuzzBody(ReadOnlySpan<byte> input);
