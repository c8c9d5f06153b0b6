namespace Adit.Platform.Libc;

// asm-generic/termbits-common.h, asm-generic/termbits.h; the names of termios(3) stand beside.

/// <summary>What becomes of output (c_oflag).</summary>
[Flags]
public enum TermiosOutput : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>OPOST.</summary>
    Process = 0x1,

    /// <summary>OLCUC.</summary>
    UpperCase = 0x2,

    /// <summary>ONLCR.</summary>
    NewLineToReturnNewLine = 0x4,

    /// <summary>OCRNL.</summary>
    ReturnToNewLine = 0x8,

    /// <summary>ONOCR.</summary>
    NoReturnAtColumn0 = 0x10,

    /// <summary>ONLRET.</summary>
    NewLineReturns = 0x20,
}
