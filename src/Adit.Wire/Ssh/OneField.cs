namespace Adit.Wire.Ssh;

/// <summary>The encoding of messages and fields that hold one value or none: many of SSH's differ in nothing but their number.</summary>
internal static class OneField
{
    /// <summary>Decodes a message of its number alone.</summary>
    public static DecodeStatus TryDecodeEmpty(ReadOnlySpan<byte> source, MessageNumber number, out int consumed)
    {
        consumed = 0;
        var reader = new SshReader(source);
        return reader.ExpectMessage(number) is not DecodeStatus.Ok and var status ? status : reader.ExpectEnd(out consumed);
    }

    /// <summary>Decodes a message of a uint32.</summary>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, MessageNumber number, out uint value, out int consumed)
    {
        value = 0;
        consumed = 0;
        var reader = new SshReader(source);
        if (reader.ExpectMessage(number) is not DecodeStatus.Ok and var status) return status;
        return reader.TryReadUInt32(out value) ? reader.ExpectEnd(out consumed) : DecodeStatus.Truncated;
    }

    /// <summary>Decodes a message of a string of octets.</summary>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, MessageNumber number, out ReadOnlySpan<byte> value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (reader.ExpectMessage(number) is not DecodeStatus.Ok and var status) return status;
        return reader.TryReadString(out value) ? reader.ExpectEnd(out consumed) : DecodeStatus.Truncated;
    }

    /// <summary>Decodes a message of a text.</summary>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, MessageNumber number, out string value, out int consumed)
    {
        value = "";
        consumed = 0;
        var reader = new SshReader(source);
        if (reader.ExpectMessage(number) is not DecodeStatus.Ok and var status) return status;
        return reader.TryReadText(out value) ? reader.ExpectEnd(out consumed) : DecodeStatus.Truncated;
    }

    /// <summary>Decodes fields of a text.</summary>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out string value, out int consumed)
    {
        consumed = 0;
        var reader = new SshReader(source);
        return reader.TryReadText(out value) ? reader.ExpectEnd(out consumed) : DecodeStatus.Truncated;
    }

    /// <summary>Encodes a message of its number alone.</summary>
    public static int Encode(Span<byte> destination, MessageNumber number)
    {
        var writer = new SshWriter(destination);
        writer.WriteMessage(number);
        return writer.Written;
    }

    /// <summary>Encodes a message of a uint32.</summary>
    public static int Encode(Span<byte> destination, MessageNumber number, uint value)
    {
        var writer = new SshWriter(destination);
        writer.WriteMessage(number);
        writer.WriteUInt32(value);
        return writer.Written;
    }

    /// <summary>Encodes a message of a string of octets.</summary>
    public static int Encode(Span<byte> destination, MessageNumber number, ReadOnlySpan<byte> value)
    {
        var writer = new SshWriter(destination);
        writer.WriteMessage(number);
        writer.WriteString(value);
        return writer.Written;
    }

    /// <summary>Encodes a message of a text.</summary>
    public static int EncodeText(Span<byte> destination, MessageNumber number, string value)
    {
        var writer = new SshWriter(destination);
        writer.WriteMessage(number);
        writer.WriteText(value);
        return writer.Written;
    }

    /// <summary>Encodes fields of a text.</summary>
    public static int EncodeText(Span<byte> destination, string value)
    {
        var writer = new SshWriter(destination);
        writer.WriteText(value);
        return writer.Written;
    }
}
