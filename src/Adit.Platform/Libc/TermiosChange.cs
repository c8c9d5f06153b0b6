namespace Adit.Platform.Libc;

// asm-generic/termbits-common.h, asm-generic/termbits.h; the names of termios(3) stand beside.

/// <summary>When changed settings hold (tcsetattr).</summary>
public enum TermiosChange
{
    /// <summary>At once (TCSANOW).</summary>
    Now,

    /// <summary>Once everything written is sent (TCSADRAIN).</summary>
    AfterOutput,

    /// <summary>The same, and input that nobody read is dropped (TCSAFLUSH).</summary>
    AfterFlush,
}
