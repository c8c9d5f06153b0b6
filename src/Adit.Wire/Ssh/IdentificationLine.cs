using System.Text;

namespace Adit.Wire.Ssh;

/// <summary>The identification string each side sends first (RFC 4253 §4.2).</summary>
/// <remarks>
/// <code>
/// SSH-protoversion-softwareversion SP comments CR LF
/// </code>
/// At most 255 octets with CR LF. A line that ends in LF alone is decoded too (RFC 4253 §5), and encoded with CR LF.
/// </remarks>
/// <param name="Text">The line without CR and LF, octet for octet (ISO 8859-1): the exchange hash covers it. The receiver filters it before it shows it.</param>
public readonly record struct IdentificationLine(string Text) : IWireValue<IdentificationLine>
{
    /// <summary>Octets of the longest line, with CR LF (RFC 4253 §4.2).</summary>
    public const int MaximumLength = 255;

    /// <summary>The octets that go into the exchange hash: without CR and LF.</summary>
    public byte[] Octets => Encoding.Latin1.GetBytes(Text);

    /// <summary>For example 2.0; 1.99 means that the peer speaks the old protocol too (RFC 4253 §5.1).</summary>
    public string ProtocolVersion => Text[4..Text.IndexOf('-', 4)];

    /// <summary>For example OpenSSH_9.2p1.</summary>
    public string SoftwareVersion => Rest.Split(' ', 2)[0];

    /// <summary>What follows the software version after a space; mostly empty.</summary>
    public string Comments => Rest.Split(' ', 2) is [_, var comments] ? comments : "";

    /// <inheritdoc/>
    public int EncodedLength => Text.Length + 2;

    private string Rest => Text[(Text.IndexOf('-', 4) + 1)..];

    /// <summary>Makes this side's line.</summary>
    /// <param name="softwareVersion">Printable US-ASCII without spaces and minus signs.</param>
    /// <param name="comments">Printable US-ASCII; may be empty.</param>
    /// <exception cref="ArgumentException">A character or the length is not allowed.</exception>
    public static IdentificationLine Create(string softwareVersion, string comments = "")
    {
        string text = comments.Length == 0 ? $"SSH-2.0-{softwareVersion}" : $"SSH-2.0-{softwareVersion} {comments}";
        if (softwareVersion.Length == 0 || softwareVersion.AsSpan().ContainsAnyExceptInRange('!', '~') || softwareVersion.Contains('-', StringComparison.Ordinal))
            throw new ArgumentException($"identification: software version: expected printable US-ASCII without space and minus, got '{softwareVersion}'");
        if (comments.AsSpan().ContainsAnyExceptInRange(' ', '~') || text.Length + 2 > MaximumLength)
            throw new ArgumentException($"identification: expected printable US-ASCII of at most {MaximumLength - 2} octets, got {text.Length}");
        return new IdentificationLine(text);
    }

    /// <summary>Decodes the line and its end from the start of the octets, no lines before it. <see cref="IdentificationReader"/> reads it from a peer.</summary>
    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out IdentificationLine value, out int consumed)
    {
        var reader = new IdentificationReader(allowLinesBefore: false);
        DecodeStatus status = reader.Receive(source, out consumed);
        value = reader.Line;
        if (status != DecodeStatus.Ok) consumed = 0;
        return status;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        int length = Encoding.Latin1.GetBytes(Text, destination);
        "\r\n"u8.CopyTo(destination[length..]);
        return length + 2;
    }

    /// <summary>Judges a line without its end: <see cref="DecodeStatus.Unsupported"/> for a version other than 2.0 and 1.99.</summary>
    internal static DecodeStatus TryParse(ReadOnlySpan<byte> line, out IdentificationLine value)
    {
        value = default;
        if (!line.StartsWith("SSH-"u8)) return DecodeStatus.BadValue;
        int minus = line[4..].IndexOf((byte)'-');
        if (minus < 0) return DecodeStatus.BadValue;
        ReadOnlySpan<byte> version = line.Slice(4, minus);
        if (!version.SequenceEqual("2.0"u8) && !version.SequenceEqual("1.99"u8)) return DecodeStatus.Unsupported;
        value = new IdentificationLine(Encoding.Latin1.GetString(line));
        return DecodeStatus.Ok;
    }
}
