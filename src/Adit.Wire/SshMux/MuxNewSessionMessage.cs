using Adit.Wire.Ssh;

namespace Adit.Wire.SshMux;

/// <summary>MUX_C_NEW_SESSION: asks for a session on descriptors of the client's (PROTOCOL.mux §2). Three descriptors follow: input, output, error.</summary>
/// <remarks>
/// <code>
/// uint32    request id
/// string    reserved
/// uint32    want tty flag
/// uint32    want X11 forwarding flag
/// uint32    want agent flag
/// uint32    subsystem flag
/// uint32    escape char
/// string    terminal type
/// string    command
/// string    environment string 0 [optional]
/// ...
/// </code>
/// </remarks>
public readonly record struct MuxNewSessionMessage : IMuxMessage<MuxNewSessionMessage>
{
    /// <summary>What stands for no escape character.</summary>
    public const uint NoEscape = 0xffff_ffff;

    /// <summary>Variables of one request, OpenSSH's own limit (MUX_MAX_ENV_VARS).</summary>
    public const int MaximumVariables = 4096;

    /// <summary>Makes an empty request: a shell without a terminal.</summary>
    public MuxNewSessionMessage()
    {
    }

    /// <inheritdoc/>
    public static MuxMessageType Type => MuxMessageType.NewSession;

    /// <summary>The client's number for the request; the answer repeats it.</summary>
    public uint RequestId { get; init; }

    /// <summary>Whether the session gets a terminal, like the one that standard input is.</summary>
    public bool WantTty { get; init; }

    /// <summary>Whether X11 is forwarded.</summary>
    public bool WantX11 { get; init; }

    /// <summary>Whether the agent is forwarded.</summary>
    public bool WantAgent { get; init; }

    /// <summary>Whether <see cref="Command"/> names a subsystem.</summary>
    public bool IsSubsystem { get; init; }

    /// <summary>The escape character, or <see cref="NoEscape"/>.</summary>
    public uint EscapeCharacter { get; init; } = NoEscape;

    /// <summary>The client's <c>$TERM</c>.</summary>
    public string Terminal { get; init; } = "";

    /// <summary>The command, in octets as they were typed; empty for a shell.</summary>
    public ReadOnlyMemory<byte> Command { get; init; }

    /// <summary>Variables, each <c>NAME=VALUE</c>; at most <see cref="MaximumVariables"/>. Null is none.</summary>
    public IReadOnlyList<string>? Environment { get; init; }

    /// <inheritdoc/>
    public int EncodedLength
    {
        get
        {
            int length = 36 + SshWriter.TextLength(Terminal ?? "") + Command.Length;
            foreach (string variable in Environment ?? []) length += SshWriter.TextLength(variable);
            return length;
        }
    }

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out MuxNewSessionMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (MuxFields.ExpectType(ref reader, Type) is not DecodeStatus.Ok and var status) return status;
        if (!reader.TryReadUInt32(out uint request) ||
            !reader.TryReadString(out _) ||
            !reader.TryReadUInt32(out uint tty) ||
            !reader.TryReadUInt32(out uint x11) ||
            !reader.TryReadUInt32(out uint agent) ||
            !reader.TryReadUInt32(out uint subsystem) ||
            !reader.TryReadUInt32(out uint escape) ||
            !reader.TryReadText(out string terminal) ||
            !reader.TryReadString(out ReadOnlySpan<byte> command)) return DecodeStatus.Truncated;
        List<string>? environment = null;
        while (reader.Remaining > 0)
        {
            if (!reader.TryReadText(out string variable)) return DecodeStatus.Truncated;
            if (environment?.Count == MaximumVariables) return DecodeStatus.BadValue;
            (environment ??= []).Add(variable);
        }

        value = new MuxNewSessionMessage
        {
            RequestId = request,
            WantTty = tty != 0,
            WantX11 = x11 != 0,
            WantAgent = agent != 0,
            IsSubsystem = subsystem != 0,
            EscapeCharacter = escape,
            Terminal = terminal,
            Command = command.ToArray(),
            Environment = environment,
        };
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteUInt32((uint)Type);
        writer.WriteUInt32(RequestId);
        writer.WriteString(default);
        writer.WriteUInt32(WantTty ? 1u : 0);
        writer.WriteUInt32(WantX11 ? 1u : 0);
        writer.WriteUInt32(WantAgent ? 1u : 0);
        writer.WriteUInt32(IsSubsystem ? 1u : 0);
        writer.WriteUInt32(EscapeCharacter);
        writer.WriteText(Terminal ?? "");
        writer.WriteString(Command.Span);
        foreach (string variable in Environment ?? []) writer.WriteText(variable);
        return writer.Written;
    }
}
