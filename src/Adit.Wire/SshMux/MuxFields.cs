using Adit.Wire.Ssh;

namespace Adit.Wire.SshMux;

/// <summary>The encodings that many messages share: a type and one or two numbers, or a number and a text.</summary>
internal static class MuxFields
{
    /// <summary>Reads the type: <see cref="DecodeStatus.Truncated"/> without four octets, <see cref="DecodeStatus.BadValue"/> for another one.</summary>
    public static DecodeStatus ExpectType(ref SshReader reader, MuxMessageType type)
    {
        if (!reader.TryReadUInt32(out uint number)) return DecodeStatus.Truncated;
        return number == (uint)type ? DecodeStatus.Ok : DecodeStatus.BadValue;
    }

    /// <summary>Decodes a message of a number.</summary>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, MuxMessageType type, out uint value, out int consumed)
    {
        value = 0;
        consumed = 0;
        var reader = new SshReader(source);
        if (ExpectType(ref reader, type) is not DecodeStatus.Ok and var status) return status;
        return reader.TryReadUInt32(out value) ? reader.ExpectEnd(out consumed) : DecodeStatus.Truncated;
    }

    /// <summary>Decodes a message of two numbers.</summary>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, MuxMessageType type, out uint first, out uint second, out int consumed)
    {
        (first, second, consumed) = (0, 0, 0);
        var reader = new SshReader(source);
        if (ExpectType(ref reader, type) is not DecodeStatus.Ok and var status) return status;
        return reader.TryReadUInt32(out first) && reader.TryReadUInt32(out second) ? reader.ExpectEnd(out consumed) : DecodeStatus.Truncated;
    }

    /// <summary>Decodes a message of a number and a text.</summary>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, MuxMessageType type, out uint number, out string text, out int consumed)
    {
        (number, text, consumed) = (0, "", 0);
        var reader = new SshReader(source);
        if (ExpectType(ref reader, type) is not DecodeStatus.Ok and var status) return status;
        return reader.TryReadUInt32(out number) && reader.TryReadText(out text) ? reader.ExpectEnd(out consumed) : DecodeStatus.Truncated;
    }

    /// <summary>Encodes a message of a number.</summary>
    public static int Encode(Span<byte> destination, MuxMessageType type, uint value)
    {
        var writer = new SshWriter(destination);
        writer.WriteUInt32((uint)type);
        writer.WriteUInt32(value);
        return writer.Written;
    }

    /// <summary>Encodes a message of two numbers.</summary>
    public static int Encode(Span<byte> destination, MuxMessageType type, uint first, uint second)
    {
        var writer = new SshWriter(destination);
        writer.WriteUInt32((uint)type);
        writer.WriteUInt32(first);
        writer.WriteUInt32(second);
        return writer.Written;
    }

    /// <summary>Encodes a message of a number and a text.</summary>
    public static int Encode(Span<byte> destination, MuxMessageType type, uint number, string text)
    {
        var writer = new SshWriter(destination);
        writer.WriteUInt32((uint)type);
        writer.WriteUInt32(number);
        writer.WriteText(text);
        return writer.Written;
    }
}
