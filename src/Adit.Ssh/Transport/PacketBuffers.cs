using System.Collections.Concurrent;

namespace Adit.Ssh.Transport;

/// <summary>
/// Pinned buffers of one size for packets on their way to or from a stream. A connection holds one a direction only while octets move,
/// so an idle one costs none. At most <see cref="Kept"/> are kept for reuse.
/// </summary>
internal static class PacketBuffers
{
    /// <summary>Ours: a 256 KiB packet (the largest OpenSSH takes, PACKET_MAX_SIZE), its mac, and room so that a full batch of 32 KiB packets fits.</summary>
    public const int Length = (256 + 40) * 1024;

    private const int Kept = 64;
    private static readonly ConcurrentQueue<byte[]> Free = new();

    public static byte[] Rent() => Free.TryDequeue(out byte[]? buffer) ? buffer : GC.AllocateUninitializedArray<byte>(Length, pinned: true);

    public static void Return(byte[] buffer)
    {
        if (Free.Count < Kept) Free.Enqueue(buffer);
    }
}
