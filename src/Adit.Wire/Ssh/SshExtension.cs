namespace Adit.Wire.Ssh;

/// <summary>One extension of an <see cref="ExtInfoMessage"/>.</summary>
/// <param name="Name">For example server-sig-algs.</param>
/// <param name="Value">Octets, whose meaning the name gives.</param>
public readonly record struct SshExtension(string Name, ReadOnlyMemory<byte> Value);
