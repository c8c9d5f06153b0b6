using Adit.Wire;
using Adit.Wire.Ssh;

namespace Adit.TestKit.Codecs;

/// <summary>Everything of SSH that takes octets from a peer.</summary>
public static class SshTargets
{
    /// <summary>The targets: one a codec, the data packets, and the identification exchange.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        .. SshCodecCases.All.GroupBy(c => c.CodecType).Select(g => new FuzzTarget(g.Key.Name, [.. g.Select(c => c.Vector)], g.First().CheckAny)),
        new FuzzTarget(nameof(ChannelDataPacket), [Octets.Of("5e u32:1 s'data'"), Octets.Of("5e u32:1 u32:0")], ChannelData),
        new FuzzTarget(nameof(ChannelExtendedDataPacket), [Octets.Of("5f u32:1 u32:1 s'data'")], ChannelExtendedData),
        new FuzzTarget(
            "identification",
            [Octets.Of("'SSH-2.0-OpenSSH_9.2p1 Debian-2' 0d0a 00000014"), Octets.Of("'hello' 0d0a 'there' 0a 'SSH-1.99-x' 0a"), Octets.Of("'HTTP/1.1 400 Bad Request' 0d0a0d0a")],
            Identification),
    ];

    private static void ChannelData(ReadOnlySpan<byte> input)
    {
        if (ChannelDataPacket.TryDecode(input, out ChannelDataPacket packet) != DecodeStatus.Ok) return;
        Span<byte> header = stackalloc byte[ChannelDataPacket.HeaderLength];
        ChannelDataPacket.WriteHeader(header, packet.RecipientChannel, packet.Data.Length);
        Require(input.StartsWith(header) && input[ChannelDataPacket.HeaderLength..] == packet.Data, "the header re-encodes to other octets");
    }

    private static void ChannelExtendedData(ReadOnlySpan<byte> input)
    {
        if (ChannelExtendedDataPacket.TryDecode(input, out ChannelExtendedDataPacket packet) != DecodeStatus.Ok) return;
        Span<byte> header = stackalloc byte[ChannelExtendedDataPacket.HeaderLength];
        ChannelExtendedDataPacket.WriteHeader(header, packet.RecipientChannel, packet.DataType, packet.Data.Length);
        Require(input.StartsWith(header) && input[ChannelExtendedDataPacket.HeaderLength..] == packet.Data, "the header re-encodes to other octets");
    }

    private static void Identification(ReadOnlySpan<byte> input)
    {
        foreach (bool client in (bool[])[true, false])
        {
            var whole = new IdentificationReader(client);
            DecodeStatus status = whole.Receive(input, out int consumed);
            var halves = new IdentificationReader(client);
            int middle = input.Length / 2;
            DecodeStatus split = halves.Receive(input[..middle], out int first);
            int second = 0;
            if (split == DecodeStatus.Truncated) split = halves.Receive(input[middle..], out second);
            Require(split == status && first + second == consumed, $"whole: {status} after {consumed}; in halves: {split} after {first + second}");
            Require(!whole.LineSoFar.AsSpan().ContainsAnyExceptInRange(' ', '~'), "the line to show holds an unprintable character");
            if (status != DecodeStatus.Ok) continue;
            _ = whole.Line.ProtocolVersion + whole.Line.SoftwareVersion + whole.Line.Comments;
            Require(whole.Line.EncodedLength <= IdentificationLine.MaximumLength + 1, "the line is too long");
        }
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition) throw new CodecFailureException(otherwise);
    }
}
