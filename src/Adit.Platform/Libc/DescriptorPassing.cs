using System.Runtime.InteropServices;
using Adit.Platform.Descriptors;

namespace Adit.Platform.Libc;

/// <summary>
/// Hands descriptors to another process over a unix socket (SCM_RIGHTS, unix(7)). Each travels with one octet of its own, as OpenSSH's multiplexing has
/// it: an octet that an ordinary read takes loses its descriptor, so the reader must know where in the stream they stand.
/// </summary>
public static unsafe partial class DescriptorPassing
{
    // asm-generic/socket.h, linux/socket.h
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int Rights = 1; // SCM_RIGHTS
    private const int DoNotWait = 0x40; // MSG_DONTWAIT
    private const int NoSignal = 0x4000; // MSG_NOSIGNAL
    private const int CloseOnExec = 0x40000000; // MSG_CMSG_CLOEXEC

    // struct cmsghdr on 64 bits: size_t, two ints, then the data.
    private const int HeaderLength = 16;
    private const int ControlLength = HeaderLength + sizeof(int);

    private const int Interrupted = 4; // EINTR
    private const int TryAgain = 11; // EAGAIN

    /// <summary>Sends a descriptor and its octet, which is 0.</summary>
    /// <param name="socket">A connected unix socket.</param>
    /// <param name="descriptor">The descriptor; the receiver gets another one of the same open file description.</param>
    /// <returns>False when the socket has no room now and is not to block.</returns>
    /// <exception cref="DescriptorException">It failed: the other side is gone, or the descriptor is none.</exception>
    public static bool TrySend(SafeHandle socket, int descriptor)
    {
        byte octet = 0;
        byte* control = stackalloc byte[HeaderLength + sizeof(long)];
        *(nuint*)control = ControlLength;
        *(int*)(control + sizeof(nuint)) = SocketLevel;
        *(int*)(control + sizeof(nuint) + sizeof(int)) = Rights;
        *(int*)(control + HeaderLength) = descriptor;
        var vector = new Vector { Base = &octet, Length = 1 };
        var message = new Message { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = HeaderLength + sizeof(long) };
        while (sendmsg(socket, &message, NoSignal | DoNotWait) < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error == TryAgain) return false;
            if (error != Interrupted) throw new DescriptorException("socket: send a descriptor", error);
        }

        return true;
    }

    /// <summary>Receives the next octet and the descriptor that came with it, which is closed on exec.</summary>
    /// <param name="socket">A connected unix socket.</param>
    /// <param name="descriptor">The descriptor, which the caller owns; null when the stream ended, or the octet brought none.</param>
    /// <returns>False when nothing is there now.</returns>
    /// <exception cref="DescriptorException">It failed.</exception>
    public static bool TryReceive(SafeHandle socket, out DescriptorHandle? descriptor)
    {
        descriptor = null;
        byte octet;
        byte* control = stackalloc byte[HeaderLength + sizeof(long)];
        var vector = new Vector { Base = &octet, Length = 1 };
        nint count;
        Message message;
        while (true)
        {
            // Room for one descriptor exactly: the kernel closes what more a hostile sender adds.
            message = new Message { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = ControlLength };
            count = recvmsg(socket, &message, DoNotWait | CloseOnExec);
            if (count >= 0) break;
            int error = Marshal.GetLastPInvokeError();
            if (error == TryAgain) return false;
            if (error != Interrupted) throw new DescriptorException("socket: receive a descriptor", error);
        }

        if (count == 0 || message.ControlLength < ControlLength || *(nuint*)control < ControlLength) return true;
        if (*(int*)(control + sizeof(nuint)) != SocketLevel || *(int*)(control + sizeof(nuint) + sizeof(int)) != Rights) return true;
        descriptor = new DescriptorHandle(*(int*)(control + HeaderLength));
        return true;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint sendmsg(SafeHandle socket, Message* message, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recvmsg(SafeHandle socket, Message* message, int flags);

    // struct iovec
    [StructLayout(LayoutKind.Sequential)]
    private struct Vector
    {
        public byte* Base;
        public nuint Length;
    }

    // struct msghdr on 64 bits
    [StructLayout(LayoutKind.Sequential)]
    private struct Message
    {
        public void* Name;
        public uint NameLength;
        public Vector* Vectors;
        public nuint VectorCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }
}
