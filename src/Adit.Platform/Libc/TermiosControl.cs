namespace Adit.Platform.Libc;

// asm-generic/termbits-common.h, asm-generic/termbits.h; the names of termios(3) stand beside.

/// <summary>The line itself (c_cflag).</summary>
[Flags]
public enum TermiosControl : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>CS7.</summary>
    SevenBits = 0x20,

    /// <summary>CS8; also the mask of the bits that tell the length of a character (CSIZE).</summary>
    EightBits = 0x30,

    /// <summary>CREAD.</summary>
    Receives = 0x80,

    /// <summary>PARENB.</summary>
    Parity = 0x100,

    /// <summary>PARODD.</summary>
    OddParity = 0x200,

    /// <summary>CBAUD: the bits that tell the speed.</summary>
    Speed = 0x100f,
}
