using System.Net;
using Adit.Carriers.Dns;
using Adit.TestKit.Time;
using Adit.Wire;
using Adit.Wire.Dns;
using Adit.Wire.Dns.Payload;

namespace Adit.Carriers.Tests.Dns;

/// <summary>A resolver and the authority behind it, 50 ms away on a virtual clock, which passes what it is told to pass and says nothing, or cuts short, where it does not.</summary>
internal sealed class SimulatedLink(VirtualTime time, DnsDomainName domain, IDnsAnswerSink sink) : DnsLink(new IPEndPoint(IPAddress.Loopback, 53), sink)
{
    private readonly byte[] _payload = new byte[ushort.MaxValue];

    /// <summary>Whether names of an encoding arrive as they were sent.</summary>
    public Func<DnsNameEncoding, bool> Encodings { get; set; } = _ => true;

    /// <summary>Whether a type is answered.</summary>
    public Func<DnsType, bool> Types { get; set; } = _ => true;

    /// <summary>Octets of an answer by UDP; larger ones come cut short, or not at all where <see cref="Drops"/>.</summary>
    public int MostOctets { get; set; } = 1232;

    /// <summary>Whether what is too large is lost without a word.</summary>
    public bool Drops { get; set; }

    /// <summary>Whether TCP passes.</summary>
    public bool HasStream { get; set; } = true;

    /// <summary>Queries that arrived here.</summary>
    public int Asked { get; private set; }

    /// <summary>Octets of data that went back.</summary>
    public long Answered { get; private set; }

    /// <summary>Large answers that went back.</summary>
    public int Large { get; private set; }

    protected override int Choose(bool isStream) => isStream ? 1 : 0;

    protected override void Dispatch(int channel, int key, ReadOnlySpan<byte> query)
    {
        Asked++;
        byte[] octets = query.ToArray();
        ITimer? timer = null;
        timer = time.CreateTimer(
            _ =>
            {
                timer!.Dispose();
                Answer(octets, channel);
            },
            null,
            TimeSpan.FromMilliseconds(50),
            Timeout.InfiniteTimeSpan);
    }

    protected override ValueTask CloseAsync() => ValueTask.CompletedTask;

    private void Answer(byte[] query, int channel)
    {
        Assert.Equal(DecodeStatus.Ok, DnsMessage.TryDecode(query, out DnsMessage asked));
        DnsQuestion question = asked.Question;
        Assert.Equal(DecodeStatus.Ok, DnsPayloadName.TryDecode(question.Name.Octets, domain.EncodedLength, _payload, out DnsPayloadHead head));
        if (!Encodings(head.Encoding) || !Types(question.Type)) return;
        bool isJumbo = head.AnswerSize == DnsAnswerSize.Jumbo;
        if (isJumbo && !HasStream) return;
        if (isJumbo) Large++;
        int length = isJumbo ? 20_000 : head.AnswerSize == DnsAnswerSize.Small ? 180 : 900;
        bool isCut = !isJumbo && length > MostOctets - 300;
        if (isCut && Drops) return;
        byte[] answer = new byte[30_000];
        var writer = new DnsMessageWriter(answer, new DnsHeader(asked.Header.Id, DnsFlags.Response | (isCut ? DnsFlags.Truncated : 0)));
        writer.TryWriteQuestion(question.Name.Octets, question.Type);
        if (!isCut && writer.TryBeginRecord(question.Name.Octets, question.Type, 0, out Span<byte> data))
        {
            _payload[0] = 0;
            writer.EndRecord(DnsSection.Answer, DnsPayloadData.Encode(question.Type, _payload.AsSpan(0, length), head.Encoding, domain.Octets, data));
            Answered += length;
        }

        Take(answer.AsSpan(0, writer.Finish()), channel, isJumbo);
    }
}
