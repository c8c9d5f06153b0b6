using System.Buffers.Binary;
using Adit.Wire;
using Adit.Wire.Lifeline;

namespace Adit.Core.Lifeline;

/// <content>Datagrams that arrive.</content>
public sealed partial class LifelineSession
{
    private const int DirectHead = 64; // ours: octets that are opened to see what a datagram holds; whole blocks
    private const int LeastDirect = 256; // ours: octets of frames below which copying costs less than looking

    private byte[] _opened = [];

    /// <summary>Takes a datagram from a path. What is not authentic, or not new, changes nothing.</summary>
    /// <param name="path">The path that it came by.</param>
    /// <param name="datagram">DATA, or CONFIRM.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether it was authentic and new.</returns>
    public bool Receive(LifelinePath path, ReadOnlySpan<byte> datagram, long now)
    {
        ArgumentNullException.ThrowIfNull(path);
        _now = now = Math.Max(now, _now);
        if (_isDisposed || path.IsRemoved || datagram.IsEmpty) return false;
        int header;
        if (datagram[0] == (byte)LifelineDatagramType.Data)
        {
            if (datagram.Length < 5 || BinaryPrimitives.ReadUInt32BigEndian(datagram[1..]) != path.Number) return false;
            header = 1 + LifelineHandshake.PathLength + 2;
        }
        else
        {
            if (!IsServer || LifelineConfirm.TryRead(datagram, out LifelineConfirm confirm) != DecodeStatus.Ok || confirm.Path != path.Number) return false;
            header = confirm.Length + 2;
        }

        int tag = path.Profile.TagLength;
        if (datagram.Length < header + tag) return false;
        long number = path.Window.Expand(BinaryPrimitives.ReadUInt16BigEndian(datagram[(header - 2)..]));
        if (!path.Window.IsNew(number)) return false;
        path.Opener.BeginOpen(number, datagram[..header], datagram[^tag..]);
        if (!TryOpen(path.Opener, datagram[header..^tag], out ReadOnlySpan<byte> frames, out int direct)) return false;

        bool isLate = number < path.Window.Largest || number > path.Window.Largest + 1;
        bool isOld = number < path.Window.Largest;
        path.Window.Note(number);
        path.IsConfirmed = true;
        // A server that can only answer tells its backlog in each datagram where there is one.
        if (!isOld) path.PeerBacklog = 0;
        path.LastHeard = _lastHeard = now;
        path.Received += datagram.Length;
        bool isEliciting = TakeFrames(path, frames, now) || direct > 0;
        if (direct > 0 && End == LifelineEnd.None) TakeDirect(direct);
        path.Arrived(number, isEliciting, isLate, now);
        return true;
    }

    /// <summary>Opens a datagram to a place of its own; the octets at its end, where somebody waits for just those, to his.</summary>
    /// <param name="opener">Which has begun.</param>
    /// <param name="sealedText">The frames as they came.</param>
    /// <param name="frames">What is to be looked at.</param>
    /// <param name="direct">Octets in the room of who waits.</param>
    /// <returns>Whether it is authentic; else nothing was taken.</returns>
    private bool TryOpen(DatagramCipher opener, ReadOnlySpan<byte> sealedText, out ReadOnlySpan<byte> frames, out int direct)
    {
        direct = 0;
        if (_opened.Length < sealedText.Length) _opened = new byte[Math.Max(2048, sealedText.Length)];
        Span<byte> text = _opened.AsSpan(0, sealedText.Length);
        int done = 0;
        if (sealedText.Length > LeastDirect && !_sink.IsEmpty)
        {
            done = opener.Open(sealedText[..DirectHead], text);
            if (TryFindDirect(text[..done], sealedText.Length, out int head, out int at))
            {
                Span<byte> room = _sink.Span[..(sealedText.Length - at)];
                text[at..done].CopyTo(room);
                int there = done - at;
                there += opener.Open(sealedText[DirectHead..], room[there..]);
                frames = text[..head];
                direct = room.Length;
                return opener.TryFinishOpen(room[there..]);
            }
        }

        done += opener.Open(sealedText[(done == 0 ? 0 : DirectHead)..], text[done..]);
        frames = text;
        return opener.TryFinishOpen(text[done..]);
    }

    /// <summary>Whether a datagram ends with the octets that come next in order, all of which there is room for where somebody waits. Nothing of it is authentic yet: this only chooses a place.</summary>
    /// <param name="text">The first octets of its frames.</param>
    /// <param name="length">Octets of all its frames.</param>
    /// <param name="head">Where the last frame begins.</param>
    /// <param name="at">Where its octets begin.</param>
    private bool TryFindDirect(ReadOnlySpan<byte> text, int length, out int head, out int at)
    {
        for (head = at = 0; head < text.Length;)
        {
            if (LifelineFrame.TryRead(text[head..], out LifelineFrame frame, out int consumed) != DecodeStatus.Ok) return false;
            if (text[head] == (byte)LifelineFrameType.DataToEnd)
            {
                at = text.Length - frame.Octets.Length;
                long end = (long)frame.Value + length - at;
                return (long)frame.Value == _read && _arrived.IsEmpty && end <= _granted && (_peerEnd < 0 || end <= _peerEnd) && length - at <= _sink.Length;
            }

            if (frame.Type is LifelineFrameType.Data or LifelineFrameType.Fin or LifelineFrameType.Close) return false; // these change what comes next
            head += consumed;
        }

        return false;
    }

    private bool TakeFrames(LifelinePath path, ReadOnlySpan<byte> frames, long now)
    {
        bool isEliciting = false;
        while (!frames.IsEmpty)
        {
            if (LifelineFrame.TryRead(frames, out LifelineFrame frame, out int consumed) != DecodeStatus.Ok)
            {
                Violate("a frame that cannot be read");
                return true;
            }

            frames = frames[consumed..];
            isEliciting |= frame.Type is not (LifelineFrameType.Ack or LifelineFrameType.AckOther or LifelineFrameType.Padding or LifelineFrameType.Backlog);
            if (!Take(path, frame, now)) Violate($"a frame of type {frame.Type} that contradicts what was said before");
            if (End != LifelineEnd.None) return true;
        }

        return isEliciting;
    }

    private bool Take(LifelinePath path, in LifelineFrame frame, long now)
    {
        switch (frame.Type)
        {
            case LifelineFrameType.Ack:
                return TakeAck(path, frame, now);
            case LifelineFrameType.AckOther:
                LifelinePath? other = null;
                foreach (LifelinePath each in _paths) other = each.Number == frame.Path ? each : other;
                return other is null || TakeAck(other, frame, now);
            case LifelineFrameType.Data:
                return Take((long)frame.Value, frame.Octets);
            case LifelineFrameType.MaxData:
                _peerLimit = Math.Max(_peerLimit, (long)frame.Value);
                return true;
            case LifelineFrameType.Backlog:
                path.PeerBacklog = (long)frame.Value;
                return true;
            case LifelineFrameType.Fin:
                return TakeEnd((long)frame.Value);
            case LifelineFrameType.PathStatus:
                path.IsWantedByPeer = frame.Value != 0;
                return true;
            case LifelineFrameType.Arrived:
                return TakeArrived((long)frame.Value);
            case LifelineFrameType.Close:
                (End, EndReason, _closesLeft) = (Enum.IsDefined((LifelineEnd)frame.Value) && frame.Value != 0 ? (LifelineEnd)frame.Value : LifelineEnd.Aborted, Printable(frame.Octets), 0);
                return true;
            default:
                return true;
        }
    }

    private bool TakeAck(LifelinePath path, in LifelineFrame frame, long now)
    {
        ReadOnlySpan<byte> octets = frame.Octets;
        ulong smallest = frame.Value + 2;
        _settled.Clear();
        long delay = (long)Math.Min(frame.Delay, 60_000) * 1000;
        while (LifelineFrame.TryReadRange(ref octets, smallest, out ulong first, out ulong last))
        {
            smallest = first;
            if (last >= (ulong)path.NextNumber) return false; // never sent
            path.Recovery.Acknowledge((long)first, (long)last, now, delay, _settled);
        }

        Settle();
        _settled.Clear();
        path.Recovery.FindLost(now, _settled);
        Requeue();
        return true;
    }

    private static string Printable(ReadOnlySpan<byte> octets)
    {
        Span<char> text = stackalloc char[octets.Length];
        for (int i = 0; i < octets.Length; i++) text[i] = octets[i] is >= 32 and < 127 ? (char)octets[i] : '?';
        return new string(text);
    }
}
