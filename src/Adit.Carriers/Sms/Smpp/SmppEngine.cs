using Adit.Core;
using Adit.Wire;
using Adit.Wire.Smpp;

namespace Adit.Carriers.Sms.Smpp;

/// <summary>
/// An ESME's side of one SMPP 3.4 connection. A sans-I/O engine: octets and the time (microseconds) go in, octets, arrivals and the next deadline come out. Not safe for several threads at once.
/// </summary>
/// <remarks>
/// Theory of operation: bind first; then messages go as pace and window permit (<see cref="SmsPacer"/>), each kept until it is answered. One that came too fast for the centre waits at the head of a queue and goes before
/// anything new. What was never answered when the connection ends was perhaps sent: nobody knows, so it is not sent again here; lifeline does what is needed. Deliveries are answered at once; receipts are no messages.
/// </remarks>
public sealed class SmppEngine
{
    /// <summary>Ours: arrivals and refusals that nobody took, at most; a delivery beyond is answered with ESME_RMSGQFUL, and the centre tries again.</summary>
    private const int MostArrivals = 1024;

    /// <summary>Ours: octets that wait while the centre does not read; what answers it asks for beyond, it does not want.</summary>
    private const int MostOutput = 256 * 1024;

    private readonly SmppLinkOptions _options;
    private readonly SmppCommand _bind;
    private readonly SmsPacer _pacer;
    private readonly SmppAddress _from;
    private readonly long _patience;
    private readonly byte[] _received = new byte[2 * SmppHeader.MaximumPdu];
    private readonly SmppOutput _output = new();
    private readonly Dictionary<uint, Submission> _submitted = [];
    private readonly LinkedList<Submission> _again = new();
    private readonly Queue<SmsArrival> _arrivals = new();
    private int _length;
    private uint _sequence;
    private long _lastSent;
    private long _lastHeard;
    private bool _enquired;
    private long _enquiredAt = long.MinValue / 2; // also when the first message went that has no answer

    /// <summary>Begins: the bind waits in <see cref="Output"/>.</summary>
    /// <param name="options">The connection.</param>
    /// <param name="bind">bind_transceiver, bind_transmitter or bind_receiver.</param>
    /// <param name="pacer">The pace, which outlives the connection.</param>
    /// <param name="now">The time.</param>
    public SmppEngine(SmppLinkOptions options, SmppCommand bind, SmsPacer pacer, long now)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _bind, _pacer) = (options, bind, pacer);
        _patience = (long)options.EnquireLink.TotalMicroseconds;
        _lastSent = _lastHeard = now;
        _from = SmppAddress.TryParse(options.From, out SmppAddress from) ? from : default;
        Span<byte> room = stackalloc byte[SmppHeader.HeaderLength + 128];
        int body = new SmppBind(options.SystemId, options.Password, options.SystemType) { TypeOfNumber = 0, NumberingPlan = 0 }.Encode(room[SmppHeader.HeaderLength..]);
        _output.Add(room[..SmppPdu.WriteHeader(room, bind, SmppStatus.Ok, ++_sequence, body)]);
    }

    /// <summary>Whether the centre took the bind.</summary>
    public bool IsBound { get; private set; }

    /// <summary>Why it is over; null while it lives.</summary>
    public TunnelException? Failure { get; private set; }

    /// <summary>Whether the centre knows no bind_transceiver: then two connections are needed (SMPP before 3.4).</summary>
    public bool NeedsTwo { get; private set; }

    /// <summary>What is to be written to the connection.</summary>
    public SmppOutput Output => _output;

    /// <summary>Messages that were neither taken nor refused.</summary>
    public int Unknown => _submitted.Count;

    /// <summary>When <see cref="Tick"/> is due.</summary>
    public long Deadline
    {
        get
        {
            // §2.9: enquire_link when the session is idle; any answer proves life.
            long due = _enquired || !IsBound || _submitted.Count > 0 ? Math.Max(_lastHeard, _enquiredAt) + _patience : long.MaxValue;
            if (IsBound && !_enquired) due = Math.Min(due, Math.Max(_lastSent, _lastHeard) + _patience);
            foreach (Submission each in _submitted.Values) due = Math.Min(due, each.SentAt + (2 * _patience));
            return due;
        }
    }

    /// <summary>How long until <see cref="Submit"/> may be called: 0 for now, <see cref="long.MaxValue"/> while an answer is missing.</summary>
    public long Wait(long now) => !IsBound ? long.MaxValue : _again.Count > 0 ? Math.Max(1, Math.Min(_pacer.Wait(now), long.MaxValue)) : _pacer.Wait(now);

    /// <summary>Sends a message.</summary>
    /// <param name="to">The number.</param>
    /// <param name="datagram">What to send.</param>
    /// <param name="form">How.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="TunnelException"><see cref="TunnelError.BadConfiguration"/>: no number.</exception>
    public void Submit(string to, ReadOnlySpan<byte> datagram, SmsForm form, long now)
    {
        if (!SmppAddress.TryParse(to, out SmppAddress address)) throw new TunnelException(TunnelError.BadConfiguration, $"{_options.Name}: to: expected a number, got '{to}'", _options.Name);
        Span<byte> text = stackalloc byte[Wire.Sms.SmsText.MostCharacters];
        int length = SmsFraming.Encode(datagram, form, _options.Carrier.Port, text, out bool hasHeader);
        var message = new SmppMessage
        {
            Source = _from,
            Destination = address,
            EsmClass = (byte)(hasHeader ? 0x40 : 0),
            DataCoding = (byte)(form == SmsForm.Text ? 0 : 4), // §5.2.19: 4 is 8-bit binary
            ValidityPeriod = SmppTime.Relative(_options.Carrier.Validity),
            Text = text[..length],
        };
        byte[] pdu = new byte[SmppHeader.HeaderLength + message.EncodedLength];
        message.Encode(pdu.AsSpan(SmppHeader.HeaderLength));
        Send(new Submission(to, pdu), now);
    }

    /// <summary>Takes octets of the connection.</summary>
    public void Receive(ReadOnlySpan<byte> octets, long now)
    {
        _lastHeard = now;
        while (!octets.IsEmpty && Failure is null)
        {
            int count = Math.Min(octets.Length, _received.Length - _length);
            octets[..count].CopyTo(_received.AsSpan(_length));
            _length += count;
            octets = octets[count..];
            int at = 0;
            while (Failure is null)
            {
                DecodeStatus status = SmppPdu.TryRead(_received.AsSpan(at, _length - at), out SmppHeader header, out ReadOnlySpan<byte> body);
                if (status == DecodeStatus.Truncated) break;
                if (status != DecodeStatus.Ok)
                {
                    Fail(TunnelError.ProtocolViolation, $"expected a PDU of 16 to {SmppHeader.MaximumPdu} octets, got something else");
                    return;
                }

                Take(header, body, now);
                at += header.Length;
            }

            _received.AsSpan(at, _length - at).CopyTo(_received);
            _length -= at;
            if (_output.Length > MostOutput) Fail(TunnelError.ProtocolViolation, $"expected a centre that reads its answers, got more than {MostOutput} octets that wait");
        }

        Pump(now);
    }

    /// <summary>Time has passed.</summary>
    public void Tick(long now)
    {
        Forget(now);
        Pump(now);
        if (Failure is not null) return;
        if (now >= Deadline && (_enquired || !IsBound || _submitted.Count > 0) && now >= Math.Max(_lastHeard, _enquiredAt) + _patience)
        {
            Fail(TunnelError.TimedOut, $"expected an answer within {_options.EnquireLink.TotalSeconds} s, got none");
            return;
        }

        if (!IsBound || _enquired || now < Math.Max(_lastSent, _lastHeard) + _patience) return;
        (_enquired, _enquiredAt) = (true, now);
        Reply(SmppCommand.EnquireLink, SmppStatus.Ok, ++_sequence, now);
    }

    /// <summary>Says goodbye (§4.2).</summary>
    public void Unbind(long now)
    {
        if (Failure is null && IsBound) Reply(SmppCommand.Unbind, SmppStatus.Ok, ++_sequence, now);
    }

    /// <summary>Takes the next arrival.</summary>
    public bool TryTake(out SmsArrival arrival) => _arrivals.TryDequeue(out arrival!);

    /// <summary>The connection has ended.</summary>
    public void End()
    {
        string unknown = _submitted.Count > 0 ? $", {_submitted.Count} messages perhaps sent" : "";
        Fail(TunnelError.ConnectionLost, $"the centre ended the connection{unknown}");
    }

    /// <summary>A centre that goes on without answering a message has perhaps taken it: its place in the window is free again.</summary>
    private void Forget(long now)
    {
        foreach ((uint sequence, Submission each) in _submitted)
        {
            if (now < each.SentAt + (2 * _patience)) continue;
            _submitted.Remove(sequence);
            _pacer.Answered(taken: false);
        }
    }

    private void Pump(long now)
    {
        while (_again.Count > 0 && IsBound && Failure is null && _pacer.Wait(now) == 0)
        {
            Submission first = _again.First!.Value;
            _again.RemoveFirst();
            Send(first, now);
        }
    }

    private void Send(Submission submission, long now)
    {
        submission.Sequence = ++_sequence;
        submission.SentAt = now;
        if (_submitted.Count == 0 && !_enquired) _enquiredAt = now; // the patience begins with the first that wants an answer
        SmppPdu.WriteHeader(submission.Pdu, SmppCommand.SubmitSm, SmppStatus.Ok, submission.Sequence, submission.Pdu.Length - SmppHeader.HeaderLength);
        _submitted.Add(submission.Sequence, submission);
        _pacer.Sent(now);
        _output.Add(submission.Pdu);
        _lastSent = now;
    }

    private void Take(in SmppHeader header, ReadOnlySpan<byte> body, long now)
    {
        switch (header.Command)
        {
            case SmppCommand.BindTransceiverResponse or SmppCommand.BindTransmitterResponse or SmppCommand.BindReceiverResponse when (uint)header.Command == ((uint)_bind | SmppHeader.ResponseBit):
                if (header.Status == SmppStatus.Ok) IsBound = true;
                else RefuseBind(header.Status);
                break;
            case SmppCommand.GenericNack when !IsBound:
                RefuseBind(header.Status);
                break;
            case SmppCommand.SubmitSmResponse or SmppCommand.GenericNack:
                TakeAnswer(header, now);
                break;
            case SmppCommand.DeliverSm:
                TakeDelivery(header, body, now);
                break;
            case SmppCommand.EnquireLink:
                Reply(SmppCommand.EnquireLinkResponse, SmppStatus.Ok, header.Sequence, now);
                break;
            case SmppCommand.EnquireLinkResponse:
                _enquired = false;
                break;
            case SmppCommand.Unbind:
                Reply(SmppCommand.UnbindResponse, SmppStatus.Ok, header.Sequence, now);
                Fail(TunnelError.ConnectionLost, "the centre unbound us");
                break;
            case SmppCommand.UnbindResponse:
                break;
            default:
                // §4.3: what is not known is answered so; a response is not.
                if (!header.IsResponse) Reply(SmppCommand.GenericNack, SmppStatus.InvalidCommand, header.Sequence, now);
                break;
        }
    }

    private void TakeAnswer(in SmppHeader header, long now)
    {
        if (!_submitted.Remove(header.Sequence, out Submission? submission)) return;
        switch (header.Status)
        {
            case SmppStatus.Ok:
                _pacer.Answered(taken: true);
                break;
            case SmppStatus.Throttled or SmppStatus.MessageQueueFull:
                _pacer.Throttled(now);
                // In their old order, before everything new.
                LinkedListNode<Submission>? after = _again.First;
                while (after is not null && after.Value.Sequence < submission.Sequence) after = after.Next;
                if (after is null) _again.AddLast(submission);
                else _again.AddBefore(after, submission);
                break;
            case SmppStatus.InvalidDestinationAddress or SmppStatus.InvalidDestinationTypeOfNumber or SmppStatus.InvalidDestinationNumberingPlan:
                Lose();
                Arrive(new SmsArrival(submission.To, [], SmsForm.Octets, Failed(TunnelError.Unreachable, $"to {submission.To}: expected a number that the centre knows, got {Describe(header.Status)}")));
                break;
            case SmppStatus.InvalidSourceAddress or SmppStatus.InvalidSourceTypeOfNumber or SmppStatus.InvalidSourceNumberingPlan or SmppStatus.InvalidBindStatus:
                Lose();
                Failure = Failed(TunnelError.PermissionDenied, $"submit_sm from '{_from}': expected to be permitted, got {Describe(header.Status)}");
                break;
            default:
                // The message is lost, as any may be.
                Lose();
                break;
        }

        void Lose()
        {
            _pacer.Answered(taken: false);
            _options.Carrier.Budget?.Return();
        }
    }

    private void TakeDelivery(in SmppHeader header, ReadOnlySpan<byte> body, long now)
    {
        if (SmppMessage.TryDecode(body, out SmppMessage message) != DecodeStatus.Ok)
        {
            // Taken all the same: it would come again for ever.
            ReplyDelivery(SmppStatus.Ok, header.Sequence, now);
            return;
        }

        if (_arrivals.Count >= MostArrivals)
        {
            ReplyDelivery(SmppStatus.MessageQueueFull, header.Sequence, now);
            return;
        }

        ReplyDelivery(SmppStatus.Ok, header.Sequence, now);
        if (message.IsNotice) return; // §5.2.12: a receipt
        if (!SmppAddress.TryParse(message.Source.ToString(), out _)) return; // whom nothing can be sent to is no peer
        if (SmsFraming.TryDecode(message.Text, message.HasUserDataHeader, message.DataCoding == 8, out SmsForm form) is { } datagram)
            _arrivals.Enqueue(new SmsArrival(message.Source.ToString(), datagram, form));
    }

    private void Arrive(SmsArrival arrival)
    {
        if (_arrivals.Count < MostArrivals) _arrivals.Enqueue(arrival);
    }

    private void ReplyDelivery(SmppStatus status, uint sequence, long now)
    {
        Span<byte> room = stackalloc byte[SmppHeader.HeaderLength + 1];
        _output.Add(room[..SmppPdu.WriteText(room, SmppCommand.DeliverSmResponse, status, sequence, "")]); // §4.6.2: message_id is unused
        _lastSent = now;
    }

    private void Reply(SmppCommand command, SmppStatus status, uint sequence, long now)
    {
        Span<byte> room = stackalloc byte[SmppHeader.HeaderLength];
        _output.Add(room[..SmppPdu.WriteHeader(room, command, status, sequence)]);
        _lastSent = now;
    }

    private void RefuseBind(SmppStatus status)
    {
        NeedsTwo = _bind == SmppCommand.BindTransceiver && status is SmppStatus.InvalidCommand or SmppStatus.InvalidCommandLength;
        Fail(
            status is SmppStatus.InvalidPassword or SmppStatus.InvalidSystemId or SmppStatus.BindFailed ? TunnelError.AuthenticationFailed : TunnelError.PermissionDenied,
            $"bind as {_options.SystemId}: expected to be let in, got {Describe(status)}");
    }

    private void Fail(TunnelError error, string why) => Failure ??= Failed(error, why);

    private TunnelException Failed(TunnelError error, string why) => new(error, $"{_options.Name}: smpp: {why}", _options.Name);

    private static string Describe(SmppStatus status) => Enum.IsDefined(status) ? $"{status} (0x{(uint)status:x2})" : $"status 0x{(uint)status:x2}";

    /// <summary>A message that waits for its answer.</summary>
    private sealed class Submission(string to, byte[] pdu)
    {
        public string To => to;

        public byte[] Pdu => pdu;

        public uint Sequence { get; set; }

        public long SentAt { get; set; }
    }
}
