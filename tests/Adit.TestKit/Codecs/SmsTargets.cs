using Adit.Carriers.Sms;
using Adit.Carriers.Sms.Modem;
using Adit.Carriers.Sms.Smpp;
using Adit.Wire;
using Adit.Wire.Smpp;
using Adit.Wire.Sms;

namespace Adit.TestKit.Codecs;

/// <summary>Everything of text messages that takes octets from a peer.</summary>
public static class SmsTargets
{
    /// <summary>submit_sm of binary text with a relative validity, composed from SMPP 3.4's field list.</summary>
    public static byte[] Submit { get; } = Octets.Of("00 01 01 '4917000001' 00 01 01 '4917000002' 00 00 00 00 00 '000000000500000R' 00 00 00 04 00 03 102030");

    /// <summary>deliver_sm whose text is in message_payload.</summary>
    public static byte[] Payload { get; } = Octets.Of("00 00 01 '123' 00 00 01 '456' 00 40 00 00 00 00 00 00 04 00 00 0424 u16:10 06050415b30000 101112 001e u16:2 'a' 00");

    /// <summary>SMS-DELIVER of the much-copied example (<c>hellohello</c>, from 31641600986).</summary>
    public static byte[] Deliver { get; } = Octets.Of("040b911346610089f60000208062917314800ae8329bfd4697d9ec37");

    /// <summary>SMS-SUBMIT of the much-copied example (<c>hellohello</c>, to 46708251358, validity 4 days).</summary>
    public static byte[] SubmitTpdu { get; } = Octets.Of("11000b916407281553f80000aa0ae8329bfd4697d9ec37");

    /// <summary>The codecs' cases.</summary>
    public static IReadOnlyList<CodecCase> Cases { get; } =
    [
        new CodecCase<SmppHeader>(new SmppHeader(16, SmppCommand.EnquireLink, SmppStatus.Ok, 7), "u32:16 00000015 00000000 u32:7"),
        new CodecCase<SmppHeader>(new SmppHeader(33, SmppCommand.SubmitSmResponse, SmppStatus.Throttled, 0x01020304), "u32:33 80000004 00000058 01020304", "response"),
        new CodecCase<SmppBind>(new SmppBind("SMPP3TEST", "secret08", "SUBMIT1") { TypeOfNumber = 1, NumberingPlan = 1 }, "'SMPP3TEST' 00 'secret08' 00 'SUBMIT1' 00 34 01 01 00", "of SMPP 3.4 §7.3"),
        new CodecCase<SmppBind>(new SmppBind("", "", "", ""), "00 00 00 34 00 00 00", "empty"),
        new CodecCase<SmsNumber>(new SmsNumber(SmsNumber.International, "31641600986"), "0b 91 13 46 61 00 89 f6"),
        new CodecCase<SmsNumber>(new SmsNumber(SmsNumber.Unknown, "46708251"), "08 81 64 07 28 15", "even"),
        new CodecCase<SmsNumber>(new SmsNumber(SmsNumber.Alphanumeric, "Design@Home"), "14 d0 c4f23c7d760390ef7619", "name"),
    ];

    /// <summary>The targets.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        .. Cases.GroupBy(c => c.CodecType).Select(g => new FuzzTarget(g.Key.Name, [.. g.Select(c => c.Vector)], g.First().CheckAny)),
        new FuzzTarget("SmppMessage", [Submit, Payload], Message),
        new FuzzTarget("SmppEngine", [Pdu(SmppCommand.BindTransceiverResponse, 1, "61 00"), Pdu(SmppCommand.DeliverSm, 9, Convert.ToHexString(Submit)), Pdu(SmppCommand.SubmitSmResponse, 2, "31 00"), Pdu(SmppCommand.Unbind, 3, "")], Engine),
        new FuzzTarget("SmsDeliver", [Deliver], Tpdu),
        new FuzzTarget("SmsSubmit", [SubmitTpdu], Tpdu),
        new FuzzTarget("SmsPorts", [Octets.Of("06 05 04 15b3 0000 ff")], input => _ = SmsPorts.TryDecode(input, out _, out _)),
        new FuzzTarget("SmsText", [Octets.Of("'EAECAw'")], Text),
        new FuzzTarget("AtLines", [Octets.Of("0d0a '+CMT: ,24' 0d0a '0704' 0d0a0d0a '> '")], Lines),
    ];

    private static byte[] Pdu(SmppCommand command, uint sequence, string body)
    {
        byte[] octets = Octets.Of(body);
        byte[] pdu = [.. new byte[SmppHeader.HeaderLength], .. octets];
        SmppPdu.WriteHeader(pdu, command, SmppStatus.Ok, sequence, octets.Length);
        return pdu;
    }

    private static void Message(ReadOnlySpan<byte> input)
    {
        if (SmppMessage.TryDecode(input, out SmppMessage message) != DecodeStatus.Ok || message.Text.Length > SmppMessage.MostShort) return;
        var again = new SmppMessage
        {
            Source = message.Source, Destination = message.Destination, EsmClass = message.EsmClass, DataCoding = message.DataCoding,
            ValidityPeriod = message.ValidityPeriod, RegisteredDelivery = message.RegisteredDelivery, Text = message.Text,
        };
        byte[] octets = new byte[again.EncodedLength];
        again.Encode(octets);
        if (SmppMessage.TryDecode(octets, out SmppMessage second) != DecodeStatus.Ok || !second.Text.SequenceEqual(message.Text) || second.Source != message.Source)
            throw new InvalidOperationException("what was written again says something else");
    }

    private static void Engine(ReadOnlySpan<byte> input)
    {
        var carrier = new SmsCarrierOptions();
        var engine = new SmppEngine(new SmppLinkOptions { Name = "fuzz", Host = "h", SystemId = "s", Carrier = carrier }, SmppCommand.BindTransceiver, new SmsPacer(10, 10), 0);
        engine.Receive(Pdu(SmppCommand.BindTransceiverResponse, 1, "61 00"), 0);
        engine.Submit("1234567", [0x10], SmsForm.Octets, 0);
        engine.Output.Take();
        engine.Receive(input, 1);
        engine.Tick(1_000_000);
        while (engine.TryTake(out SmsArrival arrival))
        {
            if (arrival.Datagram.Length > SmsFraming.MostOctets) throw new InvalidOperationException("a datagram is longer than a message");
        }

        if (engine.Output.Take().Length > 64 + (2 * input.Length) + 256) throw new InvalidOperationException("the answer is longer than what asked for it");
    }

    private static void Tpdu(ReadOnlySpan<byte> input)
    {
        if (SmsDeliver.TryDecode(input, out SmsDeliver deliver) == DecodeStatus.Ok)
        {
            byte[] again = new byte[deliver.EncodedLength];
            deliver.Encode(again);
            if (SmsDeliver.TryDecode(again, out SmsDeliver second) != DecodeStatus.Ok || !second.UserData.SequenceEqual(deliver.UserData) || second.Time != deliver.Time) throw new InvalidOperationException("deliver");
        }

        if (SmsSubmit.TryDecode(input, out SmsSubmit submit) == DecodeStatus.Ok)
        {
            byte[] again = new byte[submit.EncodedLength];
            submit.Encode(again);
            if (SmsSubmit.TryDecode(again, out SmsSubmit second) != DecodeStatus.Ok || !second.UserData.SequenceEqual(submit.UserData) || second.Validity != submit.Validity) throw new InvalidOperationException("submit");
        }
    }

    private static void Text(ReadOnlySpan<byte> input)
    {
        byte[] octets = new byte[SmsText.MostOctets], text = new byte[SmsText.MostCharacters];
        if (SmsText.TryDecode(input, octets, out int length) != DecodeStatus.Ok) return;
        int written = SmsText.Encode(octets.AsSpan(0, length), text);
        if (!input[..written].SequenceEqual(text.AsSpan(0, written))) throw new InvalidOperationException("octets have two texts");
    }

    private static void Lines(ReadOnlySpan<byte> input)
    {
        var lines = new List<string>();
        new AtLines().Receive(input, lines);
        if (lines.Any(l => l.Length > AtLines.MostLine)) throw new InvalidOperationException("a line is too long");
    }
}
