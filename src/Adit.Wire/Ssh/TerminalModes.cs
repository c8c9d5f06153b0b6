namespace Adit.Wire.Ssh;

/// <summary>Encoded terminal modes (RFC 4254 §8), as they stand in a pty-req request.</summary>
/// <remarks>
/// <code>
/// byte      opcode, 1 to 159
/// uint32    argument
/// …
/// byte      TTY_OP_END (0)
/// </code>
/// Opcodes 160 to 255 have no known form: the strict decoder does not take them, <see cref="Read"/> ends there.
/// </remarks>
/// <param name="Modes">Opcodes and their arguments, in their order.</param>
public readonly record struct TerminalModes(IReadOnlyList<(byte Opcode, uint Value)> Modes) : IWireValue<TerminalModes>
{
    private const byte End = 0; // TTY_OP_END
    private const byte FirstUnknown = 160; // RFC 4254 §8: "Opcodes 160 to 255 are not yet defined, and cause parsing to stop"
    private const int PairLength = 5;

    /// <inheritdoc/>
    public int EncodedLength => (Modes.Count * PairLength) + 1;

    /// <summary>Reads as far as there is something to understand: up to the end mark, the end of the octets, or an opcode without known form.</summary>
    public static TerminalModes Read(ReadOnlySpan<byte> source)
    {
        Decode(source, out List<(byte, uint)> modes, out _);
        return new TerminalModes(modes);
    }

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out TerminalModes value, out int consumed)
    {
        DecodeStatus status = Decode(source, out List<(byte, uint)> modes, out consumed);
        value = status == DecodeStatus.Ok ? new TerminalModes(modes) : default;
        return status;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        foreach ((byte opcode, uint argument) in Modes)
        {
            if (opcode is End or >= FirstUnknown) throw new ArgumentException($"terminal modes: opcode: expected 1 to {FirstUnknown - 1}, got {opcode}", nameof(destination));
            writer.WriteByte(opcode);
            writer.WriteUInt32(argument);
        }

        writer.WriteByte(End);
        return writer.Written;
    }

    private static DecodeStatus Decode(ReadOnlySpan<byte> source, out List<(byte Opcode, uint Value)> modes, out int consumed)
    {
        modes = [];
        consumed = 0;
        var reader = new SshReader(source);
        while (true)
        {
            if (!reader.TryReadByte(out byte opcode)) return DecodeStatus.Truncated;
            if (opcode == End) return reader.ExpectEnd(out consumed);
            if (opcode >= FirstUnknown) return DecodeStatus.Unsupported;
            if (!reader.TryReadUInt32(out uint argument)) return DecodeStatus.Truncated;
            modes.Add((opcode, argument));
        }
    }
}
