using Adit.Carriers.Sms;
using Adit.Carriers.Sms.Smpp;
using Adit.Core;
using Adit.Wire;
using Adit.Wire.Smpp;

namespace Adit.Carriers.Tests.Sms;

public sealed class SmppEngineTests
{
    private const long Second = 1_000_000;
    private readonly SmsBudget _budget = new();
    private readonly SmppEngine _engine;

    public SmppEngineTests()
    {
        var options = new SmppLinkOptions { Name = "hop", Host = "centre", SystemId = "me", Password = "secret", From = "+4917000002", Carrier = new SmsCarrierOptions { Budget = _budget } };
        _engine = new SmppEngine(options, SmppCommand.BindTransceiver, new SmsPacer(10, 10), 0);
    }

    [Fact]
    public void Bind_ThenSubmit_EachFieldAsAsked()
    {
        (SmppHeader header, byte[] body) = Assert.Single(Pdus());
        Assert.Equal(SmppCommand.BindTransceiver, header.Command);
        Assert.Equal(DecodeStatus.Ok, SmppBind.TryDecode(body, out SmppBind bind, out _));
        Assert.Equal(new SmppBind("me", "secret"), bind);
        Assert.Equal(long.MaxValue, _engine.Wait(0));
        Answer(SmppCommand.BindTransceiverResponse, SmppStatus.Ok, header.Sequence, "centre\0"u8);
        Assert.True(_engine.IsBound);
        Assert.Equal(0, _engine.Wait(0));
        _engine.Submit("+4917000001", [0x10, 1, 2], SmsForm.Octets, 0);
        (SmppHeader submit, byte[] text) = Assert.Single(Pdus());
        Assert.Equal(SmppCommand.SubmitSm, submit.Command);
        Assert.Equal(DecodeStatus.Ok, SmppMessage.TryDecode(text, out SmppMessage message));
        Assert.Equal((1, "4917000001"), (message.Destination.TypeOfNumber, message.Destination.Text));
        Assert.Equal("+4917000002", message.Source.ToString());
        Assert.Equal((4, 0, "000000000500000R"), (message.DataCoding, message.RegisteredDelivery, message.ValidityPeriod));
        Assert.Equal("100102", Convert.ToHexString(message.Text));
    }

    [Theory]
    [InlineData(SmppStatus.Throttled)]
    [InlineData(SmppStatus.MessageQueueFull)]
    public void Throttled_IsSentAgainFirst_InOrder(SmppStatus status)
    {
        Bind();
        for (byte i = 1; i <= 3; i++) _engine.Submit("1", [0x10, i], SmsForm.Octets, i);
        uint[] sequences = [.. Pdus().Select(p => p.Header.Sequence)];
        foreach (uint sequence in sequences.Reverse()) Answer(SmppCommand.SubmitSmResponse, status, sequence, default, 10);
        Assert.Empty(Pdus());
        Assert.NotEqual(0, _engine.Wait(Second / 2));
        var again = new List<byte>();
        for (long now = Second; now < 6 * Second; now += Second / 10)
        {
            _engine.Tick(now);
            foreach ((SmppHeader header, byte[] body) in Pdus())
            {
                SmppMessage.TryDecode(body, out SmppMessage message);
                again.Add(message.Text[1]);
                Answer(SmppCommand.SubmitSmResponse, SmppStatus.Ok, header.Sequence, "id\0"u8, now);
            }
        }

        Assert.Equal([1, 2, 3], again);
        Assert.Equal(0, _engine.Wait(10 * Second));
    }

    [Fact]
    public void Delivery_IsAnsweredAtOnce_ReceiptsAreNoMessages_DuplicatesPass()
    {
        Bind();
        Deliver(7, 0, [0x10, 9]);
        Deliver(8, 0x04, "id:1 stat:DELIVRD"u8.ToArray());
        Deliver(9, 0, [0x10, 9]);
        Assert.Equal([7u, 8u, 9u], Pdus().Select(p => (p.Header.Command, p.Header.Status) == (SmppCommand.DeliverSmResponse, SmppStatus.Ok) ? p.Header.Sequence : 0));
        for (int i = 0; i < 2; i++)
        {
            Assert.True(_engine.TryTake(out SmsArrival arrival));
            Assert.Equal(("4917000001", "1009"), (arrival.Number, Convert.ToHexString(arrival.Datagram)));
        }

        Assert.False(_engine.TryTake(out _));
    }

    [Fact]
    public void Idle_IsAskedAfter30Seconds_AndGivenUpAfterTheNext()
    {
        Bind();
        Assert.Equal(30 * Second, _engine.Deadline);
        _engine.Tick(30 * Second);
        (SmppHeader header, _) = Assert.Single(Pdus());
        Assert.Equal(SmppCommand.EnquireLink, header.Command);
        Answer(SmppCommand.EnquireLinkResponse, SmppStatus.Ok, header.Sequence, default, 31 * Second);
        Assert.Equal(61 * Second, _engine.Deadline);
        _engine.Tick(61 * Second);
        Assert.Single(Pdus());
        _engine.Tick(_engine.Deadline);
        Assert.Equal(TunnelError.TimedOut, _engine.Failure?.Error);
    }

    [Fact]
    public void MessageAtTheEndOfAnIdleSpell_HasThePatienceFromThen()
    {
        Bind();
        const long sent = 29 * Second;
        _engine.Submit("1", [0x10], SmsForm.Octets, sent);
        _engine.Tick(30 * Second);
        Assert.Null(_engine.Failure);
        _engine.Tick(sent + (30 * Second) - 1);
        Assert.Null(_engine.Failure);
        _engine.Tick(sent + (30 * Second));
        Assert.Equal(TunnelError.TimedOut, _engine.Failure?.Error);
    }

    [Fact]
    public void MessageWhileASignOfLifeIsMissing_PutsNothingOff()
    {
        Bind();
        _engine.Tick(30 * Second);
        _engine.Submit("1", [0x10], SmsForm.Octets, 59 * Second);
        _engine.Tick(60 * Second);
        Assert.Equal(TunnelError.TimedOut, _engine.Failure?.Error);
    }

    [Fact]
    public void CentreThatAsksAndReadsNothing_IsGivenUp()
    {
        Bind();
        for (uint i = 0; i < 20_000 && _engine.Failure is null; i++) Answer(SmppCommand.EnquireLink, SmppStatus.Ok, i, default);
        Assert.Equal(TunnelError.ProtocolViolation, _engine.Failure?.Error);
        Assert.InRange(_engine.Output.Length, 256 * 1024, 272 * 1024);
    }

    [Theory]
    [InlineData(1, "+4917000001", "+4917000001")] // the centre wrote the + itself
    [InlineData(1, "4917000001", "+4917000001")]
    [InlineData(5, "ADIT", "ADIT")]
    [InlineData(5, "A name", null)]
    [InlineData(0, "", null)]
    public void Source_IsOneThatCanBeAnswered_OrNobody(byte type, string source, string? number)
    {
        Bind();
        _engine.Receive(Delivery(5, 0, [0x10, 1], new SmppAddress(type, 1, source)), 0);
        Assert.Equal(number is not null, _engine.TryTake(out SmsArrival arrival));
        if (number is null) return;
        Assert.Equal(number, arrival.Number);
        _engine.Submit(arrival.Number, [0x10], SmsForm.Octets, 0);
    }

    [Fact]
    public void MessageThatIsNeverAnswered_FreesItsPlaceAfterAMinute()
    {
        Bind();
        for (int i = 0; i < 10; i++) _engine.Submit("1", [0x10], SmsForm.Octets, 0);
        Pdus();
        Assert.Equal(long.MaxValue, _engine.Wait(0));
        for (long now = 0; now < 60 * Second; now += 10 * Second)
        {
            Answer(SmppCommand.EnquireLinkResponse, SmppStatus.Ok, 99, default, now); // it lives
            _engine.Tick(now);
        }

        Assert.Equal(long.MaxValue, _engine.Wait(59 * Second));
        _engine.Tick(60 * Second);
        Assert.Null(_engine.Failure);
        Assert.Equal(0, _engine.Wait(60 * Second));
    }

    [Fact]
    public void EndWithMessagesUnderWay_SaysPerhapsSent()
    {
        Bind();
        _engine.Submit("1", [0x10], SmsForm.Octets, 0);
        _engine.End();
        Assert.Contains("1 messages perhaps sent", _engine.Failure!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SmppStatus.InvalidPassword, TunnelError.AuthenticationFailed, false)]
    [InlineData(SmppStatus.AlreadyBound, TunnelError.PermissionDenied, false)]
    [InlineData(SmppStatus.InvalidCommand, TunnelError.PermissionDenied, true)]
    public void RefusedBind_IsFatal(SmppStatus status, TunnelError error, bool needsTwo)
    {
        SmppHeader bind = Pdus()[0].Header;
        Answer(SmppCommand.BindTransceiverResponse, status, bind.Sequence, default);
        Assert.Equal((error, needsTwo), (_engine.Failure!.Error, _engine.NeedsTwo));
        Assert.DoesNotContain("secret", _engine.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OctetByOctet_IsTheSame()
    {
        Bind();
        byte[] pdu = Delivery(5, 0, [0x10, 1]);
        foreach (byte octet in pdu) _engine.Receive([octet], 0);
        Assert.True(_engine.TryTake(out _));
    }

    private void Bind()
    {
        Answer(SmppCommand.BindTransceiverResponse, SmppStatus.Ok, Pdus()[0].Header.Sequence, "centre\0"u8);
        Pdus();
    }

    private void Deliver(uint sequence, byte esmClass, byte[] text) => _engine.Receive(Delivery(sequence, esmClass, text), 0);

    private static byte[] Delivery(uint sequence, byte esmClass, byte[] text, SmppAddress? source = null)
    {
        var message = new SmppMessage { Source = source ?? new SmppAddress(0, 1, "4917000001"), Destination = new SmppAddress(1, 1, "4917000002"), EsmClass = esmClass, DataCoding = 4, Text = text };
        byte[] pdu = new byte[SmppHeader.HeaderLength + message.EncodedLength];
        message.Encode(pdu.AsSpan(SmppHeader.HeaderLength));
        SmppPdu.WriteHeader(pdu, SmppCommand.DeliverSm, SmppStatus.Ok, sequence, message.EncodedLength);
        return pdu;
    }

    private void Answer(SmppCommand command, SmppStatus status, uint sequence, ReadOnlySpan<byte> body, long now = 0)
    {
        byte[] pdu = new byte[SmppHeader.HeaderLength + body.Length];
        body.CopyTo(pdu.AsSpan(SmppHeader.HeaderLength));
        SmppPdu.WriteHeader(pdu, command, status, sequence, body.Length);
        _engine.Receive(pdu, now);
    }

    private List<(SmppHeader Header, byte[] Body)> Pdus()
    {
        var pdus = new List<(SmppHeader, byte[])>();
        ReadOnlySpan<byte> rest = _engine.Output.Take();
        while (!rest.IsEmpty)
        {
            Assert.Equal(DecodeStatus.Ok, SmppPdu.TryRead(rest, out SmppHeader header, out ReadOnlySpan<byte> body));
            pdus.Add((header, body.ToArray()));
            rest = rest[header.Length..];
        }

        return pdus;
    }
}
