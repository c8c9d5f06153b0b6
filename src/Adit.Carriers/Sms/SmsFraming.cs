using Adit.Wire;
using Adit.Wire.Sms;

namespace Adit.Carriers.Sms;

/// <summary>From datagrams to user data and back. docs/protocols/sms.md specifies it. A datagram stands alone in a message: nothing is split or joined, for one lost part would void all.</summary>
public static class SmsFraming
{
    /// <summary>Octets of user data (GSM 03.40 §9.2.3.24).</summary>
    public const int MostOctets = 140;

    /// <summary>Lifeline's version in the upper half of a datagram's first octet; no character of the text form is there.</summary>
    private const int Version = 0x10;

    /// <summary>Writes user data: the header with the port if there is one, then octets; or characters, one an octet.</summary>
    /// <param name="datagram">What to send.</param>
    /// <param name="form">How.</param>
    /// <param name="port">The application port; null for none. Text has none.</param>
    /// <param name="room">160 octets.</param>
    /// <param name="hasHeader">Whether user data begins with a header.</param>
    /// <returns>Octets.</returns>
    public static int Encode(ReadOnlySpan<byte> datagram, SmsForm form, ushort? port, Span<byte> room, out bool hasHeader)
    {
        hasHeader = form != SmsForm.Text && port is not null;
        if (form == SmsForm.Text) return SmsText.Encode(datagram, room);
        int at = hasHeader ? SmsPorts.Encode(room, port!.Value, port.Value) : 0;
        datagram.CopyTo(room[at..]);
        return at + datagram.Length;
    }

    /// <summary>Reads user data, in whatever form it came: networks change data coding as they like.</summary>
    /// <param name="text">User data; text as one character an octet, or as UCS-2.</param>
    /// <param name="hasHeader">Whether it begins with a header.</param>
    /// <param name="isUcs2">Whether it is UCS-2.</param>
    /// <param name="form">The form.</param>
    /// <returns>The datagram; null when it is none.</returns>
    public static byte[]? TryDecode(ReadOnlySpan<byte> text, bool hasHeader, bool isUcs2, out SmsForm form)
    {
        form = SmsForm.Octets;
        if (hasHeader)
        {
            if (SmsPorts.TryDecode(text, out int length, out _) != DecodeStatus.Ok) return null;
            text = text[length..];
        }

        if (text.IsEmpty || text.Length > 2 * SmsText.MostCharacters) return null;
        if (!isUcs2 && (text[0] & 0xf0) == Version && text.Length <= MostOctets) return text.ToArray();
        form = SmsForm.Text;
        Span<byte> narrow = stackalloc byte[text.Length];
        if (isUcs2)
        {
            for (int i = 0; i < text.Length / 2; i++) narrow[i] = text[2 * i] == 0 ? text[(2 * i) + 1] : (byte)0xff;
            narrow = narrow[..(text.Length / 2)];
        }
        else
        {
            text.CopyTo(narrow);
        }

        byte[] octets = new byte[SmsText.MostOctets];
        return SmsText.TryDecode(narrow, octets, out int count) == DecodeStatus.Ok && count > 0 ? octets[..count] : null;
    }
}
