namespace Adit.Platform.Libc;

// asm-generic/termbits-common.h, asm-generic/termbits.h; the names of termios(3) stand beside.

/// <summary>How the terminal serves a person (c_lflag).</summary>
[Flags]
public enum TermiosLocal : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>ISIG: ^C and its kind raise signals.</summary>
    Signals = 0x1,

    /// <summary>ICANON: input by lines.</summary>
    Canonical = 0x2,

    /// <summary>XCASE.</summary>
    Case = 0x4,

    /// <summary>ECHO.</summary>
    Echo = 0x8,

    /// <summary>ECHOE.</summary>
    EchoErase = 0x10,

    /// <summary>ECHOK.</summary>
    EchoKill = 0x20,

    /// <summary>ECHONL.</summary>
    EchoNewLine = 0x40,

    /// <summary>NOFLSH.</summary>
    NoFlush = 0x80,

    /// <summary>TOSTOP.</summary>
    StopBackgroundOutput = 0x100,

    /// <summary>ECHOCTL.</summary>
    EchoControl = 0x200,

    /// <summary>ECHOKE.</summary>
    EchoKillErases = 0x800,

    /// <summary>PENDIN.</summary>
    Pending = 0x4000,

    /// <summary>IEXTEN.</summary>
    Extended = 0x8000,
}
