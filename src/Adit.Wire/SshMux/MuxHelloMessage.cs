using Adit.Wire.Ssh;

namespace Adit.Wire.SshMux;

/// <summary>MUX_MSG_HELLO: the first message of each side (PROTOCOL.mux §1).</summary>
/// <remarks>
/// <code>
/// uint32    protocol version
/// string    extension name [optional]
/// string    extension value [optional]
/// ...
/// </code>
/// </remarks>
/// <param name="Version">The protocol's version; <see cref="CurrentVersion"/> is the only one in use.</param>
/// <param name="Extensions">What the side can do besides; unknown ones are ignored. Null is none.</param>
public readonly record struct MuxHelloMessage(uint Version, IReadOnlyList<SshExtension>? Extensions = null) : IMuxMessage<MuxHelloMessage>
{
    /// <summary>The version of OpenSSH since 5.4.</summary>
    public const uint CurrentVersion = 4;

    /// <inheritdoc/>
    public static MuxMessageType Type => MuxMessageType.Hello;

    /// <inheritdoc/>
    public int EncodedLength
    {
        get
        {
            int length = 8;
            foreach (SshExtension extension in Extensions ?? []) length += SshWriter.TextLength(extension.Name) + 4 + extension.Value.Length;
            return length;
        }
    }

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out MuxHelloMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (MuxFields.ExpectType(ref reader, Type) is not DecodeStatus.Ok and var status) return status;
        if (!reader.TryReadUInt32(out uint version)) return DecodeStatus.Truncated;
        List<SshExtension>? extensions = null;
        while (reader.Remaining > 0)
        {
            if (!reader.TryReadText(out string name) || !reader.TryReadString(out ReadOnlySpan<byte> text)) return DecodeStatus.Truncated;
            (extensions ??= []).Add(new SshExtension(name, text.ToArray()));
        }

        value = new MuxHelloMessage(version, extensions);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteUInt32((uint)Type);
        writer.WriteUInt32(Version);
        foreach (SshExtension extension in Extensions ?? [])
        {
            writer.WriteText(extension.Name);
            writer.WriteString(extension.Value.Span);
        }

        return writer.Written;
    }
}
