namespace Adit.Platform.Libc;

// asm-generic/termbits-common.h, asm-generic/termbits.h; the names of termios(3) stand beside.

/// <summary>What becomes of input (c_iflag).</summary>
[Flags]
public enum TermiosInput : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>IGNBRK.</summary>
    IgnoreBreak = 0x1,

    /// <summary>BRKINT.</summary>
    BreakSignals = 0x2,

    /// <summary>IGNPAR.</summary>
    IgnoreParityErrors = 0x4,

    /// <summary>PARMRK.</summary>
    MarkParityErrors = 0x8,

    /// <summary>INPCK.</summary>
    CheckParity = 0x10,

    /// <summary>ISTRIP.</summary>
    Strip = 0x20,

    /// <summary>INLCR.</summary>
    NewLineToReturn = 0x40,

    /// <summary>IGNCR.</summary>
    IgnoreReturn = 0x80,

    /// <summary>ICRNL.</summary>
    ReturnToNewLine = 0x100,

    /// <summary>IUCLC.</summary>
    LowerCase = 0x200,

    /// <summary>IXON: ^S and ^Q hold and release output.</summary>
    FlowOut = 0x400,

    /// <summary>IXANY.</summary>
    FlowAny = 0x800,

    /// <summary>IXOFF.</summary>
    FlowIn = 0x1000,

    /// <summary>IMAXBEL.</summary>
    BellWhenFull = 0x2000,

    /// <summary>IUTF8.</summary>
    Utf8 = 0x4000,
}
