using System.Buffers.Binary;

namespace Adit.Wire.Smpp;

/// <summary>Optional parameters (SMPP 3.4 §3.2.4.1): <c>tag 2 | length 2 | value</c>, one after another to the end of the PDU.</summary>
public static class SmppParameter
{
    /// <summary>message_payload (§5.3.2.32): the text, where short_message is empty.</summary>
    public const ushort MessagePayload = 0x0424;

    /// <summary>Finds one.</summary>
    /// <param name="parameters">All of a PDU.</param>
    /// <param name="tag">Which.</param>
    /// <param name="value">Its value.</param>
    /// <returns><see cref="DecodeStatus.Unsupported"/> when there is none; something else than <see cref="DecodeStatus.Ok"/> when they are malformed, wherever.</returns>
    public static DecodeStatus TryFind(ReadOnlySpan<byte> parameters, ushort tag, out ReadOnlySpan<byte> value)
    {
        value = default;
        DecodeStatus status = DecodeStatus.Unsupported;
        while (!parameters.IsEmpty)
        {
            if (parameters.Length < 4) return DecodeStatus.Truncated;
            int length = BinaryPrimitives.ReadUInt16BigEndian(parameters[2..]);
            if (parameters.Length < 4 + length) return DecodeStatus.Truncated;
            if (BinaryPrimitives.ReadUInt16BigEndian(parameters) == tag && status != DecodeStatus.Ok)
            {
                value = parameters.Slice(4, length);
                status = DecodeStatus.Ok;
            }

            parameters = parameters[(4 + length)..];
        }

        return status;
    }

    /// <summary>Writes one.</summary>
    /// <returns>Octets written.</returns>
    /// <exception cref="ArgumentException">There is too little room.</exception>
    public static int Write(Span<byte> destination, ushort tag, ReadOnlySpan<byte> value)
    {
        WireRoom.Require(destination, 4 + value.Length, "smpp: parameter");
        BinaryPrimitives.WriteUInt16BigEndian(destination, tag);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)value.Length);
        value.CopyTo(destination[4..]);
        return 4 + value.Length;
    }
}
