using System.Buffers.Binary;
using Adit.Wire;
using Adit.Wire.Dns;
using Adit.Wire.Dns.Payload;

namespace Adit.Carriers.Dns;

/// <content>Queries that carry payloads.</content>
public sealed partial class DnsAuthority
{
    /// <summary>Octets of a record's head whose owner is a pointer to the question: name, type, class, TTL, length.</summary>
    private const int AnswerHeadLength = 12;

    /// <summary>Octets of a key before the payload: how it is written, and its zone.</summary>
    private const int KeyHeadLength = 5;

    private int ReceivePayload(in DnsEcho echo, int zone, DnsOrigin origin, long now, Span<byte> answer)
    {
        DnsZone of = _options.Zones[zone];
        Span<byte> room = stackalloc byte[KeyHeadLength + DnsName.MaximumLength];
        if (DnsPayloadName.TryDecode(echo.Name, of.Domain.EncodedLength, room[KeyHeadLength..], out DnsPayloadHead head) != DecodeStatus.Ok)
        {
            Counters.Refused++;
            return WriteAbsent(echo, zone, DnsResponseCode.NameError, origin.IsStream, answer);
        }

        // What was asked is the payload, however the case of its name came.
        room[0] = (byte)((int)head.Encoding | ((int)head.AnswerSize << 4));
        BinaryPrimitives.WriteInt32BigEndian(room[1..], zone);
        ReadOnlySpan<byte> key = room[..(KeyHeadLength + head.Length)];
        int hash = DnsExchangeTable.HashOf(key, echo.Type);
        if (_exchanges.Find(key, echo.Type, hash) is { } known) return Repeat(known, echo, origin, now, answer);
        if (head.AnswerSize == DnsAnswerSize.Jumbo && !origin.IsStream) return WriteTruncated(echo, answer); // the same query comes again over TCP
        if (_exchanges.Begin(key, echo.Type, head.Encoding, hash, now) is not { } exchange) return WriteFailure(echo, answer);
        exchange.Query = new DnsPayloadQuery(exchange.Ticket, zone, origin, head.AnswerSize);
        int most = PayloadRoom(echo, exchange, origin.IsStream);
        DnsPayloadVerdict verdict;
        int length;
        long hold;
        try
        {
            verdict = _handler.Receive(exchange.Query, key[KeyHeadLength..], _payload.AsSpan(DnsHeldTime.Length, most), out length, out hold);
        }
        catch
        {
            _exchanges.Abandon(exchange);
            throw;
        }

        if (verdict == DnsPayloadVerdict.Refused)
        {
            _exchanges.Abandon(exchange);
            Counters.Refused++;
            return WriteAbsent(echo, zone, DnsResponseCode.NameError, origin.IsStream, answer);
        }

        Counters.Payloads++;
        if (verdict == DnsPayloadVerdict.Held)
        {
            exchange.Deadline = now + Math.Max(0, hold);
            _exchanges.TryAddAsker(exchange, echo.Header, echo.Edns, origin, echo.Name);
            _exchanges.Enter(exchange, _exchanges.Held);
            if (_exchanges.Held.Count > _options.MostHeld) MakeReady(_exchanges.Held.First!);
            return 0;
        }

        _payload[0] = DnsHeldTime.Encode(0);
        ReadOnlySpan<byte> payload = _payload.AsSpan(0, DnsHeldTime.Length + Math.Clamp(length, 0, most));
        if (IsProbe(exchange))
        {
            // Anybody may ask: kept it would be answered again without a limit, and push out what is owed to those with a key.
            _exchanges.Abandon(exchange);
            return WritePayload(echo, exchange, payload, origin.IsStream, answer);
        }

        exchange.Deadline = now + _options.KeepTime;
        _exchanges.Store(exchange, payload);
        _exchanges.Enter(exchange, _exchanges.Kept);
        return WritePayload(echo, exchange, payload, origin.IsStream, answer);
    }

    /// <summary>A query that was there before: by a resolver that asks again, or asks by TCP for what did not fit.</summary>
    private int Repeat(DnsExchange exchange, in DnsEcho echo, DnsOrigin origin, long now, Span<byte> answer)
    {
        if (exchange.Answer is not null && exchange.FirstAsker is null)
        {
            Counters.Replayed++;
            return WritePayload(echo, exchange, exchange.Kept, origin.IsStream, answer);
        }

        if (IsProbe(exchange) && !_handler.MayRepeatProbe(origin)) return WriteTruncated(echo, answer);
        Counters.RepeatedWhileHeld++;
        if (exchange.List == _exchanges.Held) _handler.OnRepeated(exchange.Query);
        if (!_exchanges.TryAddAsker(exchange, echo.Header, echo.Edns, origin, echo.Name)) Counters.Dropped++;
        if (exchange.List == _exchanges.Held)
        {
            exchange.Deadline = Math.Min(exchange.Deadline, now);
            if (exchange.List == _exchanges.Held) MakeReady(exchange);
        }

        return 0;
    }

    private static bool IsProbe(DnsExchange exchange) => exchange.KeyLength > KeyHeadLength && exchange.Key[KeyHeadLength] == DnsProbe.Mark;

    private void MakeReady(DnsExchange exchange)
    {
        // Ready ones go in the order in which they became so: equal deadlines keep their order.
        exchange.List!.Remove(exchange);
        exchange.Deadline = 0;
        _exchanges.Ready.Add(exchange);
    }

    private void FillHeld(DnsExchange exchange, long now)
    {
        DnsAsker asker = exchange.FirstAsker!;
        var echo = new DnsEcho(asker.Header, asker.Name, exchange.Type, DnsClass.Internet, asker.Edns);
        int room = PayloadRoom(echo, exchange, asker.Origin.IsStream);
        exchange.List!.Remove(exchange); // in no list until all askers are answered: nobody forgets it meanwhile
        exchange.Deadline = now + _options.KeepTime;
        int length = 0;
        try
        {
            length = Math.Clamp(_handler.Fill(exchange.Query, _payload.AsSpan(DnsHeldTime.Length, room)), 0, room);
        }
        finally
        {
            // Where the handler fails its askers hear that there is nothing to say.
            _payload[0] = DnsHeldTime.Encode(now - exchange.ReceivedAt);
            _exchanges.Store(exchange, _payload.AsSpan(0, DnsHeldTime.Length + length));
        }
    }

    /// <summary>Octets that the handler may fill.</summary>
    private int PayloadRoom(in DnsEcho echo, DnsExchange exchange, bool isStream)
    {
        int limit = exchange.Query.AnswerSize == DnsAnswerSize.Small ? DnsMessage.MaximumPlainLength : LimitOf(echo, isStream);
        int room = limit - DnsHeader.Length - echo.Name.Length - 4 - AnswerHeadLength - (echo.Edns is null ? 0 : DnsEdns.Length);
        int domainLength = _options.Zones[exchange.Query.Zone].Domain.EncodedLength;
        return Math.Max(0, DnsPayloadData.MaximumPayload(exchange.Type, room, exchange.Encoding, domainLength) - DnsHeldTime.Length);
    }

    /// <summary>Writes an answer, or TC where it does not fit.</summary>
    private int WritePayload(in DnsEcho echo, DnsExchange exchange, ReadOnlySpan<byte> payload, bool isStream, Span<byte> answer)
    {
        if (payload.Length > PayloadRoom(echo, exchange, isStream) + DnsHeldTime.Length) return WriteTruncated(echo, answer);
        ReadOnlySpan<byte> domain = _options.Zones[exchange.Query.Zone].Domain.Octets;
        DnsMessageWriter writer = Begin(echo, echo.Answer(DnsFlags.AuthoritativeAnswer), LimitOf(echo, isStream), answer);
        if (exchange.Type == DnsType.Cname)
        {
            Span<byte> name = stackalloc byte[DnsName.MaximumLength];
            writer.TryWriteName(DnsSection.Answer, echo.Name, exchange.Type, 0, name[..DnsPayloadName.Encode(payload, exchange.Encoding, DnsAnswerSize.Usual, domain, name)]);
        }
        else if (writer.TryBeginRecord(echo.Name, exchange.Type, 0, out Span<byte> data))
        {
            writer.EndRecord(DnsSection.Answer, DnsPayloadData.Encode(exchange.Type, payload, exchange.Encoding, domain, data));
        }

        return End(ref writer, echo);
    }
}
