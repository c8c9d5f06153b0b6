namespace Adit.Platform.Libc;

/// <summary>
/// Settings as pairs of an opcode and a value, the numbers of RFC 4254 §8 (and RFC 8160 for IUTF8), by which one system tells another what its
/// terminal is like. What Linux has no place for is left out, and passed over when it comes.
/// </summary>
public partial struct Termios
{
    private const byte CharacterNone = 255; // RFC 4254 §8: "255 if not set"
    private const byte SevenBitsCode = 90; // CS7
    private const byte EightBitsCode = 91; // CS8
    private const byte InputSpeedCode = 128; // TTY_OP_ISPEED
    private const byte OutputSpeedCode = 129; // TTY_OP_OSPEED

    private static readonly (byte Code, TermiosCharacter Place)[] s_characters =
    [
        (1, TermiosCharacter.Interrupt), (2, TermiosCharacter.Quit), (3, TermiosCharacter.Erase), (4, TermiosCharacter.Kill),
        (5, TermiosCharacter.EndOfFile), (6, TermiosCharacter.EndOfLine), (7, TermiosCharacter.EndOfLine2), (8, TermiosCharacter.Start),
        (9, TermiosCharacter.Stop), (10, TermiosCharacter.Suspend), (12, TermiosCharacter.Reprint), (13, TermiosCharacter.WordErase),
        (14, TermiosCharacter.LiteralNext), (16, TermiosCharacter.Switch), (18, TermiosCharacter.Discard),
    ];

    private static readonly (byte Code, TermiosInput Flag)[] s_inputFlags =
    [
        (30, TermiosInput.IgnoreParityErrors), (31, TermiosInput.MarkParityErrors), (32, TermiosInput.CheckParity), (33, TermiosInput.Strip),
        (34, TermiosInput.NewLineToReturn), (35, TermiosInput.IgnoreReturn), (36, TermiosInput.ReturnToNewLine), (37, TermiosInput.LowerCase),
        (38, TermiosInput.FlowOut), (39, TermiosInput.FlowAny), (40, TermiosInput.FlowIn), (41, TermiosInput.BellWhenFull), (42, TermiosInput.Utf8),
    ];

    private static readonly (byte Code, TermiosLocal Flag)[] s_localFlags =
    [
        (50, TermiosLocal.Signals), (51, TermiosLocal.Canonical), (52, TermiosLocal.Case), (53, TermiosLocal.Echo), (54, TermiosLocal.EchoErase),
        (55, TermiosLocal.EchoKill), (56, TermiosLocal.EchoNewLine), (57, TermiosLocal.NoFlush), (58, TermiosLocal.StopBackgroundOutput),
        (59, TermiosLocal.Extended), (60, TermiosLocal.EchoControl), (61, TermiosLocal.EchoKillErases), (62, TermiosLocal.Pending),
    ];

    private static readonly (byte Code, TermiosOutput Flag)[] s_outputFlags =
    [
        (70, TermiosOutput.Process), (71, TermiosOutput.UpperCase), (72, TermiosOutput.NewLineToReturnNewLine), (73, TermiosOutput.ReturnToNewLine),
        (74, TermiosOutput.NoReturnAtColumn0), (75, TermiosOutput.NewLineReturns),
    ];

    private static readonly (byte Code, TermiosControl Flag)[] s_controlFlags =
    [
        (92, TermiosControl.Parity), (93, TermiosControl.OddParity),
    ];

    // Bits a second in the order of B0…B38400, and of B57600….
    private static ReadOnlySpan<uint> LowSpeeds => [0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400];

    private static ReadOnlySpan<uint> HighSpeeds =>
        [57600, 115200, 230400, 460800, 500000, 576000, 921600, 1000000, 1152000, 1500000, 2000000, 2500000, 3000000, 3500000, 4000000];

    /// <summary>Bits a second, 0 for a line that is hung up; input and output are as fast as each other.</summary>
    public uint BitsPerSecond
    {
        readonly get
        {
            uint code = _control & (uint)TermiosControl.Speed;
            return code < 16 ? LowSpeeds[(int)code] : (code & 15) is > 0 and uint high ? HighSpeeds[(int)high - 1] : 0;
        }

        set
        {
            int low = LowSpeeds.IndexOf(value), high = HighSpeeds.IndexOf(value);
            if (low < 0 && high < 0) return; // not a speed that a terminal has
            uint code = low >= 0 ? (uint)low : 0x1000u + (uint)high + 1;
            _control = (_control & ~(uint)TermiosControl.Speed) | code;
            _inputSpeed = _outputSpeed = code;
        }
    }

    /// <summary>The settings as opcodes and values, in the order of the opcodes but for the speeds, which come first.</summary>
    public readonly IReadOnlyList<(byte Opcode, uint Value)> ToModes()
    {
        var modes = new List<(byte, uint)> { (OutputSpeedCode, BitsPerSecond), (InputSpeedCode, BitsPerSecond) };
        foreach ((byte code, TermiosCharacter place) in s_characters) modes.Add((code, this[place] == 0 ? CharacterNone : this[place]));
        foreach ((byte code, TermiosInput flag) in s_inputFlags) modes.Add((code, (Input & flag) != 0 ? 1u : 0));
        foreach ((byte code, TermiosLocal flag) in s_localFlags) modes.Add((code, (Local & flag) != 0 ? 1u : 0));
        foreach ((byte code, TermiosOutput flag) in s_outputFlags) modes.Add((code, (Output & flag) != 0 ? 1u : 0));
        TermiosControl length = Control & TermiosControl.EightBits;
        modes.Add((SevenBitsCode, length == TermiosControl.SevenBits ? 1u : 0));
        modes.Add((EightBitsCode, length == TermiosControl.EightBits ? 1u : 0));
        foreach ((byte code, TermiosControl flag) in s_controlFlags) modes.Add((code, (Control & flag) != 0 ? 1u : 0));
        return modes;
    }

    /// <summary>These settings with what the pairs say; an opcode that Linux has no place for changes nothing.</summary>
    public readonly Termios With(IEnumerable<(byte Opcode, uint Value)> modes)
    {
        ArgumentNullException.ThrowIfNull(modes);
        Termios settings = this;
        foreach ((byte code, uint value) in modes) settings.Apply(code, value);
        return settings;
    }

    private void Apply(byte code, uint value)
    {
        bool isOn = value != 0;
        switch (code)
        {
            case < 30:
                foreach ((byte known, TermiosCharacter place) in s_characters)
                {
                    if (known == code) this[place] = value == CharacterNone ? (byte)0 : (byte)value;
                }

                break;
            case < 50:
                foreach ((byte known, TermiosInput flag) in s_inputFlags)
                {
                    if (known == code) Input = isOn ? Input | flag : Input & ~flag;
                }

                break;
            case < 70:
                foreach ((byte known, TermiosLocal flag) in s_localFlags)
                {
                    if (known == code) Local = isOn ? Local | flag : Local & ~flag;
                }

                break;
            case < 90:
                foreach ((byte known, TermiosOutput flag) in s_outputFlags)
                {
                    if (known == code) Output = isOn ? Output | flag : Output & ~flag;
                }

                break;
            case SevenBitsCode or EightBitsCode:
                if (isOn) Control = (Control & ~TermiosControl.EightBits) | (code == SevenBitsCode ? TermiosControl.SevenBits : TermiosControl.EightBits);
                break;
            case < 128:
                foreach ((byte known, TermiosControl flag) in s_controlFlags)
                {
                    if (known == code) Control = isOn ? Control | flag : Control & ~flag;
                }

                break;
            case InputSpeedCode or OutputSpeedCode:
                BitsPerSecond = value;
                break;
            default:
                break;
        }
    }
}
