namespace Adit.Platform.Libc;

// asm-generic/termbits-common.h, asm-generic/termbits.h; the names of termios(3) stand beside.

/// <summary>The places of control characters (c_cc).</summary>
public enum TermiosCharacter
{
    /// <summary>VINTR, usually ^C.</summary>
    Interrupt = 0,

    /// <summary>VQUIT, usually ^\.</summary>
    Quit = 1,

    /// <summary>VERASE.</summary>
    Erase = 2,

    /// <summary>VKILL, usually ^U.</summary>
    Kill = 3,

    /// <summary>VEOF, usually ^D.</summary>
    EndOfFile = 4,

    /// <summary>VTIME: tenths of a second that a raw read waits.</summary>
    Time = 5,

    /// <summary>VMIN: octets that a raw read waits for.</summary>
    Minimum = 6,

    /// <summary>VSWTC.</summary>
    Switch = 7,

    /// <summary>VSTART, usually ^Q.</summary>
    Start = 8,

    /// <summary>VSTOP, usually ^S.</summary>
    Stop = 9,

    /// <summary>VSUSP, usually ^Z.</summary>
    Suspend = 10,

    /// <summary>VEOL.</summary>
    EndOfLine = 11,

    /// <summary>VREPRINT, usually ^R.</summary>
    Reprint = 12,

    /// <summary>VDISCARD, usually ^O.</summary>
    Discard = 13,

    /// <summary>VWERASE, usually ^W.</summary>
    WordErase = 14,

    /// <summary>VLNEXT, usually ^V.</summary>
    LiteralNext = 15,

    /// <summary>VEOL2.</summary>
    EndOfLine2 = 16,
}
