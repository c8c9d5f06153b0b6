using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Adit.Platform.Libc;

/// <summary>
/// The settings of a terminal, termios(3). The layout is that of Linux on x86-64 and arm64 (asm-generic/termbits.h behind the C library's struct):
/// four words of flags, the line discipline, 32 control characters, two speeds.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public partial struct Termios : IEquatable<Termios>
{
    private uint _input;
    private uint _output;
    private uint _control;
    private uint _local;
    private readonly byte _line; // c_line
    private ControlCharacterArray _characters;
    private uint _inputSpeed;
    private uint _outputSpeed;

    /// <summary>c_iflag.</summary>
    public TermiosInput Input { readonly get => (TermiosInput)_input; set => _input = (uint)value; }

    /// <summary>c_oflag.</summary>
    public TermiosOutput Output { readonly get => (TermiosOutput)_output; set => _output = (uint)value; }

    /// <summary>c_cflag.</summary>
    public TermiosControl Control { readonly get => (TermiosControl)_control; set => _control = (uint)value; }

    /// <summary>c_lflag.</summary>
    public TermiosLocal Local { readonly get => (TermiosLocal)_local; set => _local = (uint)value; }

    /// <summary>One of c_cc; 0 is none (_POSIX_VDISABLE).</summary>
    public byte this[TermiosCharacter character]
    {
        readonly get => _characters[(int)character];
        set => _characters[(int)character] = value;
    }

    /// <summary>Whether a descriptor is a terminal, isatty(3).</summary>
    public static bool IsTerminal(int descriptor) => isatty(descriptor) == 1;

    /// <summary>Reads the settings of a terminal, tcgetattr(3).</summary>
    /// <returns>False where the descriptor is no terminal, or a terminal that has gone.</returns>
    public static bool TryGet(int descriptor, out Termios settings) => tcgetattr(descriptor, out settings) == 0;

    /// <inheritdoc cref="TryGet(int, out Termios)"/>
    public static bool TryGet(SafeHandle terminal, out Termios settings) => tcgetattr(terminal, out settings) == 0;

    /// <summary>Changes the settings of a terminal, tcsetattr(3).</summary>
    /// <param name="descriptor">The terminal.</param>
    /// <param name="when">When they hold.</param>
    /// <returns>False where the descriptor is no terminal, or a terminal that has gone.</returns>
    /// <remarks>A process in the background is stopped by SIGTTOU unless it ignores or blocks it.</remarks>
    public readonly bool TryApply(int descriptor, TermiosChange when) => tcsetattr(descriptor, (int)when, in this) == 0;

    /// <inheritdoc cref="TryApply(int, TermiosChange)"/>
    public readonly bool TryApply(SafeHandle terminal, TermiosChange when) => tcsetattr(terminal, (int)when, in this) == 0;

    /// <summary>These settings made raw: every octet passes as it is and at once, in both directions, and raises no signal. Parity and speed stay.</summary>
    public readonly Termios ToRaw()
    {
        Termios raw = this;
        raw.Input |= TermiosInput.IgnoreParityErrors;
        raw.Input &= ~(TermiosInput.Strip | TermiosInput.NewLineToReturn | TermiosInput.IgnoreReturn | TermiosInput.ReturnToNewLine
            | TermiosInput.FlowOut | TermiosInput.FlowAny | TermiosInput.FlowIn | TermiosInput.LowerCase);
        raw.Local &= ~(TermiosLocal.Signals | TermiosLocal.Canonical | TermiosLocal.Echo | TermiosLocal.EchoErase | TermiosLocal.EchoKill
            | TermiosLocal.EchoNewLine | TermiosLocal.Extended);
        raw.Output &= ~TermiosOutput.Process;
        raw[TermiosCharacter.Minimum] = 1;
        raw[TermiosCharacter.Time] = 0;
        return raw;
    }

    /// <inheritdoc/>
    public readonly bool Equals(Termios other) => MemoryMarshal.AsBytes(new ReadOnlySpan<Termios>(in this)).SequenceEqual(MemoryMarshal.AsBytes(new ReadOnlySpan<Termios>(in other)));

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is Termios other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => HashCode.Combine(_input, _output, _control, _local);

    /// <summary>Whether all settings are the same.</summary>
    public static bool operator ==(Termios left, Termios right) => left.Equals(right);

    /// <summary>Whether a setting differs.</summary>
    public static bool operator !=(Termios left, Termios right) => !left.Equals(right);

    [LibraryImport("libc")]
    private static partial int isatty(int descriptor);

    [LibraryImport("libc")]
    private static partial int tcgetattr(int descriptor, out Termios settings);

    [LibraryImport("libc")]
    private static partial int tcgetattr(SafeHandle terminal, out Termios settings);

    [LibraryImport("libc")]
    private static partial int tcsetattr(int descriptor, int when, in Termios settings);

    [LibraryImport("libc")]
    private static partial int tcsetattr(SafeHandle terminal, int when, in Termios settings);

    [InlineArray(32)] // NCCS of the C libraries
    private struct ControlCharacterArray
    {
        private byte _first;
    }
}
