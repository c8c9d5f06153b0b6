using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Adit.Wire.Ip;

namespace Adit.Core.Links;

/// <summary>
/// Finds TCP segments of one flow that follow each other in a batch, so that a device takes them as one super-packet: generic receive offload (GRO). One thread at a time; allocates nothing.
/// </summary>
/// <remarks>
/// Theory of operation: segments are only merged where cutting the result again gives the very same packets: equal IP header (but length, identification and checksum), equal acknowledgement, window
/// and options, sequence numbers without a gap, every segment but the last as long as the first, PSH on the last at most, and every checksum right (a merged packet's is made anew, which
/// would hide damage). Runs keep the order of their first packets; a packet that ends a flow's run (no data, other flags, a gap) comes after it.
/// </remarks>
public sealed class PacketCoalescer
{
    /// <summary>Ours: how many of the newest runs are looked at for a packet's flow.</summary>
    private const int Depth = 16;

    /// <summary>Ours: segments in one run; each is a part of the write.</summary>
    public const int MaximumSegments = 128;

    private const int Ethernet = 14;
    private const byte Ack = 0x10;
    private const byte Push = 0x08;
    private const byte TcpProtocol = 6;

    private readonly PacketRun[] _runs;
    private readonly int[] _next;

    /// <summary>Makes one.</summary>
    /// <param name="packets">Packets of a batch at most.</param>
    public PacketCoalescer(int packets = 1024)
    {
        _runs = new PacketRun[packets];
        _next = new int[packets];
    }

    /// <summary>Packets as they should be handed on: alone, or merged.</summary>
    public ReadOnlySpan<PacketRun> Runs => _runs.AsSpan(0, Count);

    /// <summary>How many runs.</summary>
    public int Count { get; private set; }

    /// <summary>The packet that follows one in its run.</summary>
    public int Next(int index) => _next[index];

    /// <summary>Finds the runs of a batch.</summary>
    /// <param name="batch">At most as many packets as this was made for.</param>
    /// <param name="medium">IP or Ethernet.</param>
    public void Find(PacketBatch batch, Medium medium)
    {
        Count = 0;
        int link = medium == Medium.Ethernet ? Ethernet : 0;
        for (int i = 0; i < batch.Count; i++)
        {
            ref Packet packet = ref batch[i];
            if (packet.Dropped != DropReason.None) continue;
            if (!packet.IsPlain || !Segment.TryOf(batch.Octets(packet), link, out Segment segment))
            {
                _runs[Count++] = new PacketRun { First = i, Last = i, Count = 1 };
                continue;
            }

            if (!TryAppend(batch, i, segment))
            {
                _runs[Count++] = new PacketRun
                {
                    First = i, Last = i, Count = 1, Hash = segment.Hash, HeaderLength = segment.HeaderLength, Network = segment.Network, Transport = segment.Transport,
                    Payload = segment.Payload, SegmentSize = segment.Payload, NextSequence = segment.Sequence + (uint)segment.Payload, IsOpen = segment.IsData && !segment.IsPush,
                };
            }
        }
    }

    /// <summary>Makes the first packet of a run carry the headers of the whole: lengths, PSH, and a transport checksum of the pseudo header alone.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="run">A run of more than one packet.</param>
    public static void Merge(PacketBatch batch, in PacketRun run)
    {
        Span<byte> first = batch.Octets(batch[run.First]);
        Span<byte> last = batch.Octets(batch[run.Last]);
        int transportLength = run.HeaderLength - run.Transport + run.Payload;
        Span<byte> ip = first[run.Network..];
        uint pseudo;
        if (ip[0] >> 4 == 4)
        {
            BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)(20 + transportLength));
            ip[10] = ip[11] = 0;
            BinaryPrimitives.WriteUInt16BigEndian(ip[10..], InternetChecksum.Compute(ip[..20]));
            pseudo = InternetChecksum.Sum(ip.Slice(12, 8));
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(ip[4..], (ushort)transportLength);
            pseudo = InternetChecksum.Sum(ip.Slice(8, 32));
        }

        Span<byte> tcp = first[run.Transport..];
        tcp[13] |= (byte)(last[run.Transport + 13] & Push);
        BinaryPrimitives.WriteUInt16BigEndian(tcp[16..], (ushort)InternetChecksum.Add(pseudo, TcpProtocol + (uint)transportLength));
    }

    private bool TryAppend(PacketBatch batch, int index, in Segment segment)
    {
        for (int r = Count - 1; r >= Math.Max(0, Count - Depth); r--)
        {
            ref PacketRun run = ref _runs[r];
            if (run.Hash != segment.Hash || run.HeaderLength == 0) continue;
            ReadOnlySpan<byte> first = batch.Octets(batch[run.First]);
            ReadOnlySpan<byte> octets = batch.Octets(batch[index]);
            if (run.Transport != segment.Transport || !segment.IsSameFlow(first, octets)) continue;
            if (!run.IsOpen) return false;
            // Whatever does not join ends the run: nothing of the flow may overtake it.
            run.IsOpen = false;
            if (!segment.IsData || segment.Sequence != run.NextSequence || segment.Payload > run.SegmentSize || run.Count == MaximumSegments
                || run.HeaderLength != segment.HeaderLength || run.HeaderLength + run.Payload + segment.Payload > ushort.MaxValue || !segment.HasSameHeader(first, octets)) return false;
            if (run.Count == 1 && !Segment.IsIntact(first, run.Network, run.Transport)) return false;
            if (!Segment.IsIntact(octets, segment.Network, segment.Transport)) return false;
            _next[run.Last] = index;
            run.Last = index;
            run.Count++;
            run.Payload += segment.Payload;
            run.NextSequence += (uint)segment.Payload;
            run.IsOpen = segment.Payload == run.SegmentSize && !segment.IsPush;
            return true;
        }

        return false;
    }

    /// <summary>A TCP segment that lies in a packet; positions are relative to the packet.</summary>
    private readonly struct Segment
    {
        public int Network { get; private init; }

        public int Transport { get; private init; }

        public int HeaderLength { get; private init; }

        public int Payload { get; private init; }

        public uint Sequence { get; private init; }

        public int Hash { get; private init; }

        public bool IsData { get; private init; }

        public bool IsPush { get; private init; }

        public static bool TryOf(ReadOnlySpan<byte> octets, int link, out Segment segment)
        {
            segment = default;
            if (octets.Length < link + 40) return false;
            ReadOnlySpan<byte> ip = octets[link..];
            int version = ip[0] >> 4;
            if (link != 0 && BinaryPrimitives.ReadUInt16BigEndian(octets[12..]) != (version == 4 ? 0x0800 : 0x86dd)) return false;
            int header;
            uint hash;
            if (version == 4)
            {
                // No options, no fragment, and nothing behind the packet.
                if (ip[0] != 0x45 || ip[9] != TcpProtocol || (BinaryPrimitives.ReadUInt16BigEndian(ip[6..]) & 0xbfff) != 0 || BinaryPrimitives.ReadUInt16BigEndian(ip[2..]) != ip.Length) return false;
                header = 20;
                hash = MemoryMarshal.Read<uint>(ip[12..]) ^ (MemoryMarshal.Read<uint>(ip[16..]) * 31);
            }
            else
            {
                if (version != 6 || ip[6] != TcpProtocol || ip.Length < 60 || BinaryPrimitives.ReadUInt16BigEndian(ip[4..]) + 40 != ip.Length) return false;
                header = 40;
                hash = MemoryMarshal.Read<uint>(ip[20..]) ^ (MemoryMarshal.Read<uint>(ip[36..]) * 31);
            }

            ReadOnlySpan<byte> tcp = ip[header..];
            int tcpHeader = (tcp[12] >> 4) * 4;
            if (tcpHeader < 20 || tcpHeader > tcp.Length) return false;
            int payload = tcp.Length - tcpHeader;
            segment = new Segment
            {
                Network = link,
                Transport = link + header,
                HeaderLength = link + header + tcpHeader,
                Payload = payload,
                Sequence = BinaryPrimitives.ReadUInt32BigEndian(tcp[4..]),
                Hash = (int)(hash ^ (MemoryMarshal.Read<uint>(tcp) * 2654435761)),
                IsData = payload > 0 && (tcp[13] & ~Push) == Ack,
                IsPush = (tcp[13] & Push) != 0,
            };
            return true;
        }

        public bool IsSameFlow(ReadOnlySpan<byte> first, ReadOnlySpan<byte> octets)
        {
            // Link header, addresses and ports; the addresses end where the transport header begins.
            int addresses = first[Network] >> 4 == 4 ? 8 : 32;
            return first[Network] == octets[Network] && first[..Network].SequenceEqual(octets[..Network])
                && first.Slice(Transport - addresses, addresses + 4).SequenceEqual(octets.Slice(Transport - addresses, addresses + 4));
        }

        public bool HasSameHeader(ReadOnlySpan<byte> first, ReadOnlySpan<byte> octets)
        {
            if (first[Network] >> 4 == 4)
            {
                // TOS; fragment field (DF); TTL.
                if (first[Network + 1] != octets[Network + 1] || first[Network + 6] != octets[Network + 6] || first[Network + 8] != octets[Network + 8]) return false;
            }
            else if (!first.Slice(Network, 4).SequenceEqual(octets.Slice(Network, 4)) || first[Network + 7] != octets[Network + 7])
            {
                return false; // traffic class and flow label; hop limit
            }

            // Acknowledgement and data offset; window; options. Flags are ACK and perhaps PSH in both.
            return first.Slice(Transport + 8, 5).SequenceEqual(octets.Slice(Transport + 8, 5))
                && first.Slice(Transport + 14, 2).SequenceEqual(octets.Slice(Transport + 14, 2))
                && first[(Transport + 20)..HeaderLength].SequenceEqual(octets[(Transport + 20)..HeaderLength]);
        }

        public static bool IsIntact(ReadOnlySpan<byte> octets, int network, int transport)
        {
            ReadOnlySpan<byte> ip = octets[network..transport];
            uint pseudo = TcpProtocol + (uint)(octets.Length - transport);
            if (ip[0] >> 4 == 4)
            {
                if (!InternetChecksum.IsValid(ip)) return false;
                pseudo += InternetChecksum.Sum(ip[12..]);
            }
            else
            {
                pseudo += InternetChecksum.Sum(ip[8..]);
            }

            return InternetChecksum.Add(pseudo, InternetChecksum.Sum(octets[transport..])) == ushort.MaxValue;
        }
    }
}
