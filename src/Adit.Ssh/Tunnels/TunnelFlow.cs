using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Adit.Core.Links;

namespace Adit.Ssh.Tunnels;

/// <summary>Tells flows apart: a small number from addresses, protocol and ports. Packets of one flow have the same; two flows may share one, which costs one of them its turn before bulk.</summary>
internal static class TunnelFlow
{
    /// <summary>How many numbers there are.</summary>
    public const int Count = 1024;

    private const int EthernetHeader = 14;

    /// <summary>The number of a packet's flow.</summary>
    /// <param name="octets">A whole packet or frame.</param>
    /// <param name="medium">Which of them.</param>
    public static ushort Of(ReadOnlySpan<byte> octets, Medium medium)
    {
        uint hash = 0;
        if (medium == Medium.Ethernet)
        {
            if (octets.Length < EthernetHeader) return 0;
            ushort type = BinaryPrimitives.ReadUInt16BigEndian(octets[12..]);
            // Of what is not IP (ARP, tagged frames) the addresses are the flow.
            if (type is not (0x0800 or 0x86dd)) return Reduce(Mix(Mix(MemoryMarshal.Read<uint>(octets), MemoryMarshal.Read<uint>(octets[4..])), MemoryMarshal.Read<uint>(octets[8..])));
            octets = octets[EthernetHeader..];
        }

        if (octets.Length >= 24 && octets[0] >> 4 == 4)
        {
            hash = Mix(Mix(octets[9], MemoryMarshal.Read<uint>(octets[12..])), MemoryMarshal.Read<uint>(octets[16..]));
            int header = (octets[0] & 15) * 4;
            // Of a fragment only the first has ports: none count.
            bool isFragment = (BinaryPrimitives.ReadUInt16BigEndian(octets[6..]) & 0x3fff) != 0;
            if (!isFragment && octets[9] is 6 or 17 && header + 4 <= octets.Length) hash = Mix(hash, MemoryMarshal.Read<uint>(octets[header..]));
        }
        else if (octets.Length >= 44 && octets[0] >> 4 == 6)
        {
            hash = octets[6];
            for (int i = 8; i < 40; i += 4) hash = Mix(hash, MemoryMarshal.Read<uint>(octets[i..]));
            if (octets[6] is 6 or 17) hash = Mix(hash, MemoryMarshal.Read<uint>(octets[40..]));
        }

        return Reduce(hash);
    }

    private static uint Mix(uint hash, uint value) => (uint.RotateLeft(hash, 5) ^ value) * 0x9e3779b1;

    private static ushort Reduce(uint hash) => (ushort)((hash ^ (hash >> 16)) & (Count - 1));
}
