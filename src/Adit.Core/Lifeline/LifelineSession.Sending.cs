using Adit.Wire.Lifeline;

namespace Adit.Core.Lifeline;

/// <content>Datagrams that leave.</content>
public sealed partial class LifelineSession
{
    /// <summary>Octets of frames below which a datagram is not worth sending.</summary>
    private const int LeastFrames = 12;

    /// <summary>Whether a path has something to say now.</summary>
    /// <param name="path">One of the paths.</param>
    /// <param name="now">The time.</param>
    public bool WantsToSend(LifelinePath path, long now)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.IsRemoved) return false;
        if (End != LifelineEnd.None) return _closesLeft > 0 && now >= _closeAgainAt;
        if (path.AcknowledgeAt <= now || path.PingDue || path.StatusDue || path.ArrivedDue || OtherAckDue(path, now) is not null) return true;
        return MayCarry(path) && (_grantDue || (_finDue && _next == _written) || (HasRoom(path) && Backlog > 0));
    }

    /// <summary>Fills a datagram for a path.</summary>
    /// <param name="path">One of the paths, which can send now.</param>
    /// <param name="room">All the room that it has.</param>
    /// <param name="now">The time.</param>
    /// <param name="always">Whether even nothing is to be said: a poll, or the answer to one.</param>
    /// <returns>Octets of the datagram; 0 for none.</returns>
    public int Poll(LifelinePath path, Span<byte> room, long now, bool always = false)
    {
        ArgumentNullException.ThrowIfNull(path);
        _now = now = Math.Max(now, _now);
        if (path.IsRemoved || (!always && !WantsToSend(path, now))) return 0;
        int header = path.HeaderLength, tag = path.Profile.TagLength;
        if (room.Length < header + tag + LeastFrames) return 0;
        var writer = new LifelineFrameWriter(room.Slice(header, room.Length - header - tag));
        var packet = new SentPacket { Number = path.NextNumber, SentAt = now };
        bool acknowledges = path.AcknowledgeAt is not null && path.TryWriteAck(ref writer, isOther: false, now);
        if (OtherAckDue(path, now) is { } other) acknowledges |= other.TryWriteAck(ref writer, isOther: true, now);
        if (End != LifelineEnd.None) WriteClose(ref writer, ref packet, now);
        else WriteFrames(path, ref writer, ref packet, now);
        if (!packet.IsEliciting && !acknowledges && !always) return 0;

        path.WriteHeader(room, packet.Number);
        ReadOnlySpan<byte> first = default, second = default;
        if (packet.DataEnd > packet.DataStart) _outgoing.Find(packet.DataStart, (int)(packet.DataEnd - packet.DataStart), out first, out second);
        path.Sealer.Seal(packet.Number, room[..header], room.Slice(header, writer.Length), first, second, room.Slice(header + writer.Length, tag));
        packet.Size = header + writer.Length + tag;
        path.NextNumber++;
        path.LastSent = now;
        path.Recovery.Sent(packet);
        return packet.Size;
    }

    private void WriteClose(ref LifelineFrameWriter writer, ref SentPacket packet, long now)
    {
        if (_closesLeft == 0 || !writer.TryWriteClose((ulong)End, System.Text.Encoding.UTF8.GetBytes(EndReason))) return;
        packet.IsEliciting = true;
        _closesLeft--;
        _closeAgainAt = now + 500_000;
    }

    private void WriteFrames(LifelinePath path, ref LifelineFrameWriter writer, ref SentPacket packet, long now)
    {
        if (path.ArrivedDue && writer.TryWrite(LifelineFrameType.Arrived, (ulong)InOrder))
        {
            path.ArrivedDue = false;
            packet.HasArrived = packet.IsEliciting = true;
        }

        if (path.StatusDue && writer.TryWrite(LifelineFrameType.PathStatus, path.IsWanted ? 1u : 0))
        {
            path.StatusDue = false;
            packet.HasPathStatus = packet.IsEliciting = true;
        }

        if (_grantDue && MayCarry(path) && writer.TryWrite(LifelineFrameType.MaxData, (ulong)Grant))
        {
            _granted = Math.Max(_granted, Grant);
            _grantDue = false;
            packet.HasMaxData = packet.IsEliciting = true;
        }

        if (IsServer && path.Profile.IsSlotted && Backlog is > 0 and var backlog) writer.TryWrite(LifelineFrameType.Backlog, (ulong)backlog);
        if (path.PingDue && writer.TryWrite(LifelineFrameType.Ping))
        {
            path.PingDue = false;
            packet.IsEliciting = true;
        }

        if (!MayCarry(path)) return;
        if (_finDue && _next == _written && writer.TryWrite(LifelineFrameType.Fin, (ulong)_written))
        {
            _finDue = false;
            packet.HasFin = packet.IsEliciting = true;
        }

        // One piece of the stream, to the end of the datagram: what was lost before what is new. Its octets come there when they are sealed.
        if (!HasRoom(path) || !TryChoose(out long start, out long end)) return;
        if (!writer.TryBeginData((ulong)start, (int)Math.Min(end - start, int.MaxValue), toEnd: true, out Span<byte> octets)) return;
        end = start + octets.Length;
        _lost.Remove(start, end);
        _next = Math.Max(_next, end);
        (packet.DataStart, packet.DataEnd, packet.IsEliciting) = (start, end, true);
    }

    private bool TryChoose(out long start, out long end)
    {
        (start, end) = _lost.IsEmpty ? (_next, Math.Min(_written, _peerLimit)) : _lost[0];
        return start < end;
    }

    private static bool HasRoom(LifelinePath path) =>
        path.Recovery.InFlight < path.Profile.MostInFlight && path.Recovery.Packets < path.Profile.MostPackets;

    /// <summary>Whether the stream may go on a path: it is wanted by both and not silent, or there is no better one.</summary>
    private bool MayCarry(LifelinePath path)
    {
        if (path.AwaitsPeer && !path.IsConfirmed) return false;
        if (IsGood(path)) return true;
        foreach (LifelinePath other in _paths)
        {
            if (other != path && (IsGood(other) || (Rank(other) < Rank(path)))) return false;
        }

        return true;
    }

    private bool IsGood(LifelinePath path) => path.IsWanted && path.IsWantedByPeer && path.Recovery.Timeouts < _options.SuspectAfter;

    /// <summary>Of paths that are all unfit, the least unfit.</summary>
    private static int Rank(LifelinePath path) => (path.IsWanted && path.IsWantedByPeer ? 0 : 1) + Math.Min(path.Recovery.Timeouts, 100);

    /// <summary>When another path takes over an acknowledgement.</summary>
    private static long OtherAckAt(LifelinePath path, long due) => due + Math.Max(path.Profile.AcknowledgementDelay, 10_000);

    /// <summary>A path whose acknowledgement is overdue, since it cannot send itself.</summary>
    private LifelinePath? OtherAckDue(LifelinePath path, long now)
    {
        foreach (LifelinePath other in _paths)
        {
            if (other != path && other.AcknowledgeAt is { } due && now >= OtherAckAt(other, due)) return other;
        }

        return null;
    }
}
