using System.Runtime.InteropServices;
using Adit.Platform.Descriptors;

namespace Adit.Platform.Netlink;

/// <summary>Takes one answer of the kernel's.</summary>
/// <param name="type">RTM_NEWLINK and the like.</param>
/// <param name="payload">What follows the header.</param>
internal delegate void NetlinkAnswer(ushort type, ReadOnlySpan<byte> payload);

/// <summary>A socket of NETLINK_ROUTE: requests go out one at a time, and the kernel has answered when the call returns. It belongs to the network namespace of the thread that made it.</summary>
internal sealed partial class NetlinkSocket : IDisposable
{
    private const int Family = 16; // AF_NETLINK
    private const int Raw = 3; // SOCK_RAW
    private const int CloseOnExec = 0x80000; // SOCK_CLOEXEC
    private const int NonBlocking = 0x800; // SOCK_NONBLOCK
    private const int Level = 270; // SOL_NETLINK
    private const int CapAcknowledgements = 10; // NETLINK_CAP_ACK: an error does not repeat the request
    private const int ExtendedAcknowledgements = 11; // NETLINK_EXT_ACK: an error comes with words
    private const int Interrupted = 4; // EINTR
    private const int TryAgain = 11; // EAGAIN
    private const int NoBuffers = 105; // ENOBUFS

    private readonly byte[] _buffer = new byte[64 * 1024]; // the kernel fills up to 32 KiB at once
    private uint _sequence;

    /// <summary>Opens one.</summary>
    /// <param name="groups">A bit for each multicast group to hear of (RTMGRP_…); such a socket does not block.</param>
    public NetlinkSocket(uint groups = 0)
    {
        int descriptor = socket(Family, Raw | CloseOnExec | (groups != 0 ? NonBlocking : 0), 0);
        if (descriptor < 0) throw new NetlinkException("netlink: open", Marshal.GetLastPInvokeError());
        Handle = new DescriptorHandle(descriptor);
        int one = 1;
        _ = setsockopt(Handle, Level, CapAcknowledgements, in one, sizeof(int)); // since Linux 4.3; errors only get longer without it
        _ = setsockopt(Handle, Level, ExtendedAcknowledgements, in one, sizeof(int)); // since Linux 4.12; errors only get shorter without it
        Span<byte> address = stackalloc byte[12]; // struct sockaddr_nl: family, padding, port id (the kernel's choice), groups
        address.Clear();
        MemoryMarshal.Write(address, (ushort)Family);
        MemoryMarshal.Write(address[8..], groups);
        if (bind(Handle, address, address.Length) == 0) return;
        int error = Marshal.GetLastPInvokeError();
        Handle.Dispose();
        throw new NetlinkException("netlink: bind", error);
    }

    public DescriptorHandle Handle { get; }

    /// <summary>Asks, and waits for the end of the answer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="what">Where and what, for an error.</param>
    /// <param name="answer">Takes the answers; null where none is expected but yes or no.</param>
    /// <exception cref="NetlinkException">The kernel refuses.</exception>
    public void Ask(NetlinkRequest request, string what, NetlinkAnswer? answer = null)
    {
        uint sequence = ++_sequence;
        ReadOnlySpan<byte> message = request.Finish(sequence);
        while (send(Handle, message, message.Length, 0) < 0)
            if (Marshal.GetLastPInvokeError() is var error and not Interrupted) throw new NetlinkException(what, error);
        while (!TakeAnswers(Receive(what), sequence, what, answer))
        {
            // More of it comes.
        }
    }

    /// <summary>Takes everything that was announced since, without waiting.</summary>
    /// <returns>Whether there was anything; also when some was lost.</returns>
    public bool Drain()
    {
        bool any = false;
        while (true)
        {
            if (recv(Handle, _buffer, _buffer.Length, 0) >= 0) any = true;
            else if (Marshal.GetLastPInvokeError() is var error && error == NoBuffers) any = true;
            else if (error != Interrupted) return error == TryAgain ? any : throw new NetlinkException("netlink: receive", error);
        }
    }

    public void Dispose() => Handle.Dispose();

    private ReadOnlySpan<byte> Receive(string what)
    {
        while (true)
        {
            nint count = recv(Handle, _buffer, _buffer.Length, 0);
            if (count >= 0) return _buffer.AsSpan(0, (int)count);
            if (Marshal.GetLastPInvokeError() is var error and not Interrupted) throw new NetlinkException(what, error);
        }
    }

    private static bool TakeAnswers(ReadOnlySpan<byte> octets, uint sequence, string what, NetlinkAnswer? answer)
    {
        while (octets.Length >= NetlinkRequest.HeaderLength)
        {
            int length = (int)MemoryMarshal.Read<uint>(octets);
            if (length < NetlinkRequest.HeaderLength || length > octets.Length) break;
            ushort type = MemoryMarshal.Read<ushort>(octets[4..]);
            ushort flags = MemoryMarshal.Read<ushort>(octets[6..]);
            ReadOnlySpan<byte> payload = octets[NetlinkRequest.HeaderLength..length];
            if (MemoryMarshal.Read<uint>(octets[8..]) == sequence)
            {
                if (type is NetlinkNumbers.Error or NetlinkNumbers.Done)
                {
                    int error = payload.Length >= 4 ? -MemoryMarshal.Read<int>(payload) : 0;
                    return error == 0 ? true : throw new NetlinkException(what, error, Words(type, flags, payload));
                }

                answer?.Invoke(type, payload);
            }

            octets = octets[Math.Min(NetlinkRequest.Align(length), octets.Length)..];
        }

        return false;
    }

    /// <summary>NLMSGERR_ATTR_MSG, where the kernel sent it.</summary>
    private static string? Words(ushort type, ushort flags, ReadOnlySpan<byte> payload)
    {
        if ((flags & NetlinkNumbers.Explained) == 0 || payload.Length < 4 + NetlinkRequest.HeaderLength) return null;
        int skip = 4;
        if (type == NetlinkNumbers.Error)
            skip += (flags & NetlinkNumbers.Capped) != 0 ? NetlinkRequest.HeaderLength : NetlinkRequest.Align((int)Math.Min(MemoryMarshal.Read<uint>(payload[4..]), (uint)payload.Length));
        if (skip > payload.Length) return null;
        const ushort message = 1; // NLMSGERR_ATTR_MSG
        var attributes = new NetlinkAttributes(payload[skip..]);
        while (attributes.MoveNext())
            if (attributes.Type == message) return attributes.Text;
        return null;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int family, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsockopt(DescriptorHandle socket, int level, int option, in int value, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int bind(DescriptorHandle socket, ReadOnlySpan<byte> address, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(DescriptorHandle socket, ReadOnlySpan<byte> octets, nint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(DescriptorHandle socket, Span<byte> octets, nint length, int flags);
}
