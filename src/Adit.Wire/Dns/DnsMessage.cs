using System.Buffers.Binary;

namespace Adit.Wire.Dns;

/// <summary>A view of a message of DNS (RFC 1035 §4), checked whole before it is used.</summary>
/// <remarks>
/// Theory of operation: a message is a header, questions, and records in three sections, each record a name, a type, a class, a time to live and data. Names
/// may end in a pointer to where their rest stood before (<see cref="DnsName"/>). EDNS (RFC 6891) puts a pseudo record OPT into the additional section,
/// which says how large a UDP payload its sender takes (<see cref="DnsEdns"/>). <see cref="DnsMessageWriter"/> writes messages. Nothing here allocates.
/// </remarks>
public readonly ref struct DnsMessage
{
    /// <summary>The largest UDP payload without EDNS (RFC 1035 §2.3.4).</summary>
    public const int MaximumPlainLength = 512;

    /// <summary>The largest message, by TCP's length of 16 bits (RFC 1035 §4.2.2).</summary>
    public const int MaximumLength = 65535;

    private readonly int _recordsAt;

    private DnsMessage(ReadOnlySpan<byte> octets, DnsHeader header, int recordsAt)
    {
        Octets = octets;
        Header = header;
        _recordsAt = recordsAt;
    }

    /// <summary>The whole message.</summary>
    public ReadOnlySpan<byte> Octets { get; }

    /// <summary>The header.</summary>
    public DnsHeader Header { get; }

    /// <summary>All records.</summary>
    public DnsRecordEnumerator Records => new(Octets, _recordsAt, Header);

    /// <summary>The first question.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public DnsQuestion Question
    {
        get
        {
            if (Header.QuestionCount == 0) throw new InvalidOperationException("dns message: expected a question");
            _ = TryDecodeQuestion(Octets, DnsHeader.Length, out DnsQuestion question, out _);
            return question;
        }
    }

    /// <summary>Views a message: every name, length and known type is checked, OPT stands once at most and where it must, and nothing follows.</summary>
    /// <param name="source">The UDP payload, or what follows TCP's length.</param>
    /// <param name="message">The view, when the status is <see cref="DecodeStatus.Ok"/>.</param>
    /// <returns>BadLength: octets behind the message, or data that do not fill their length; BadValue: a bad pointer, or OPT out of place.</returns>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out DnsMessage message)
    {
        message = default;
        DecodeStatus status = DnsHeader.TryDecode(source, out DnsHeader header, out int at);
        if (status != DecodeStatus.Ok) return status;
        for (int i = 0; i < header.QuestionCount; i++)
        {
            status = TryDecodeQuestion(source, at, out _, out at);
            if (status != DecodeStatus.Ok) return status;
        }

        var view = new DnsMessage(source, header, at);
        DnsRecordEnumerator records = view.Records;
        bool hasOpt = false;
        while (true)
        {
            status = records.TryMoveNext();
            if (status != DecodeStatus.Ok) return status;
            if (!records.HasCurrent) break;
            DnsRecord record = records.Current;
            if (record.Type == DnsType.Opt)
            {
                if (hasOpt || record.Section != DnsSection.Additional || record.Name.Length != 1) return DecodeStatus.BadValue; // RFC 6891 §6.1.1
                hasOpt = true;
            }

            // RFC 2136 §2.4: updates have records without data; nothing else has.
            if (header.Opcode == DnsOpcode.Update && record.Data.IsEmpty) continue;
            status = record.CheckData();
            if (status != DecodeStatus.Ok) return status;
        }

        if (records.Offset != source.Length) return DecodeStatus.BadLength;
        message = view;
        return DecodeStatus.Ok;
    }

    /// <summary>Finds OPT.</summary>
    /// <param name="edns">What it says.</param>
    public bool TryGetEdns(out DnsEdns edns)
    {
        foreach (DnsRecord record in Records)
        {
            if (record.Type != DnsType.Opt) continue;
            edns = DnsEdns.Of(record.Class, record.TimeToLive);
            return true;
        }

        edns = default;
        return false;
    }

    private static DecodeStatus TryDecodeQuestion(ReadOnlySpan<byte> message, int offset, out DnsQuestion question, out int end)
    {
        question = default;
        DecodeStatus status = DnsName.TryDecode(message, offset, out DnsName name, out end);
        if (status != DecodeStatus.Ok) return status;
        if (message.Length - end < 4) return DecodeStatus.Truncated;
        question = new DnsQuestion(name, (DnsType)BinaryPrimitives.ReadUInt16BigEndian(message[end..]), (DnsClass)BinaryPrimitives.ReadUInt16BigEndian(message[(end + 2)..]));
        end += 4;
        return DecodeStatus.Ok;
    }
}
