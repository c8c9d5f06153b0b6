using System.Buffers.Binary;
using Adit.Wire;
using Adit.Wire.Lifeline;

namespace Adit.Core.Lifeline;

/// <content>Datagrams that arrive.</content>
public sealed partial class LifelineSession
{
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
        ReadOnlySpan<byte> sealedText = datagram[header..^tag];
        if (_opened.Length < sealedText.Length) _opened = new byte[Math.Max(2048, sealedText.Length)];
        Span<byte> frames = _opened.AsSpan(0, sealedText.Length);
        if (!path.Opener.TryOpen(number, datagram[..header], sealedText, datagram[^tag..], frames)) return false;

        bool isLate = number < path.Window.Largest || number > path.Window.Largest + 1;
        bool isOld = number < path.Window.Largest;
        path.Window.Note(number);
        path.IsConfirmed = true;
        // A server that can only answer tells its backlog in each datagram where there is one.
        if (!isOld) path.PeerBacklog = 0;
        path.LastHeard = _lastHeard = now;
        path.Received += datagram.Length;
        bool isEliciting = TakeFrames(path, frames, now);
        path.Arrived(number, isEliciting, isLate, now);
        return true;
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
