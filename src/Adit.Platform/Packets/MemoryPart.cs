namespace Adit.Platform.Packets;

/// <summary>Octets in pinned or native memory, for vectored system calls (struct iovec).</summary>
/// <param name="Address">Where they begin.</param>
/// <param name="Length">How many.</param>
public readonly record struct MemoryPart(nint Address, nint Length);
