using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Adit.Platform.EventLoops;

/// <summary>System calls, each non-blocking. They return errno of Linux, 0 for success.</summary>
public sealed partial class LoopSocket
{
    /// <summary>EAGAIN: nothing now.</summary>
    public const int TryAgain = 11;

    /// <summary>EINTR.</summary>
    public const int Interrupted = 4;

    /// <summary>EBADF: it is closed.</summary>
    public const int Closed = 9;

    /// <summary>EINPROGRESS and EALREADY: a connection is being made.</summary>
    public const int InProgress = 115;

    private const int Already = 114;
    private const int IsConnected = 106;
    private const int StreamType = 1 | 0x800 | 0x80000; // SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC
    private const int AcceptFlags = 0x800 | 0x80000;
    private const int NoSignal = 0x4000; // MSG_NOSIGNAL
    private const int Peek = 2; // MSG_PEEK
    private const int ShutWrite = 1;
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int Linger = 13; // SO_LINGER
    private const int KeepAlive = 9; // SO_KEEPALIVE
    private const int TcpLevel = 6; // IPPROTO_TCP
    private const int TcpNoDelay = 1;
    private const int TcpQuickAck = 12;
    private const int TcpUnsentLimit = 25; // TCP_NOTSENT_LOWAT

    /// <summary>Makes an unconnected stream socket.</summary>
    /// <param name="family">AF_INET (2), AF_INET6 (10) or AF_UNIX (1).</param>
    /// <param name="loop">Where it will be waited for.</param>
    /// <param name="error">errno when there is none.</param>
    public static LoopSocket? Create(int family, EventLoop loop, out int error)
    {
        int descriptor = socket(family, StreamType, 0);
        error = descriptor >= 0 ? 0 : Marshal.GetLastPInvokeError();
        return descriptor >= 0 ? new LoopSocket(new Handle(descriptor), loop) : null;
    }

    /// <summary>Connects, or asks how a connection that is being made gets on.</summary>
    /// <param name="address">struct sockaddr.</param>
    /// <returns>0, <see cref="InProgress"/>, or errno.</returns>
    public int Connect(ReadOnlySpan<byte> address)
    {
        int error = Call(static (h, a) => connect(h, a, a.Length), address);
        return error switch { Already => InProgress, IsConnected => 0, _ => error };
    }

    /// <summary>Binds to a local address.</summary>
    /// <param name="address">struct sockaddr.</param>
    public int Bind(ReadOnlySpan<byte> address) => Call(static (h, a) => bind(h, a, a.Length), address);

    /// <summary>Takes the next connection of a listening socket.</summary>
    /// <param name="loop">Where that will be waited for.</param>
    /// <param name="address">Room for struct sockaddr.</param>
    /// <param name="length">Octets of it.</param>
    /// <param name="accepted">The connection; null on failure.</param>
    public int Accept(EventLoop loop, Span<byte> address, out int length, out LoopSocket? accepted)
    {
        length = address.Length;
        accepted = null;
        try
        {
            int descriptor = accept4(_handle, address, ref length, AcceptFlags);
            if (descriptor < 0) return Marshal.GetLastPInvokeError();
            accepted = new LoopSocket(new Handle(descriptor), loop);
            return 0;
        }
        catch (ObjectDisposedException)
        {
            return Closed;
        }
    }

    /// <summary>Reads what is there.</summary>
    /// <param name="into">Room; not empty.</param>
    /// <param name="count">Octets read; 0 at the end of the stream.</param>
    public int Receive(Span<byte> into, out int count)
    {
        count = 0;
        try
        {
            nint read = recv(_handle, into, into.Length, 0);
            if (read < 0) return Marshal.GetLastPInvokeError();
            count = (int)read;
            return 0;
        }
        catch (ObjectDisposedException)
        {
            return Closed;
        }
    }

    /// <summary>Whether reading would tell something now: octets, the end, or a failure.</summary>
    public bool HasSomething()
    {
        Span<byte> one = stackalloc byte[1];
        try
        {
            return recv(_handle, one, 1, Peek) >= 0 || Marshal.GetLastPInvokeError() != TryAgain;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    /// <summary>Writes what is taken.</summary>
    /// <param name="from">Octets; not empty.</param>
    /// <param name="count">Octets taken.</param>
    public int Send(ReadOnlySpan<byte> from, out int count)
    {
        count = 0;
        try
        {
            nint sent = send(_handle, from, from.Length, NoSignal);
            if (sent < 0) return Marshal.GetLastPInvokeError();
            count = (int)sent;
            return 0;
        }
        catch (ObjectDisposedException)
        {
            return Closed;
        }
    }

    /// <summary>Writes what is taken of several parts.</summary>
    /// <param name="parts">The parts; at least one.</param>
    /// <param name="count">Octets taken.</param>
    public int Send(SendParts parts, out int count)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 1) return Send(parts[0], out count);
        count = 0;
        try
        {
            SendParts.Message message = parts.Describe();
            nint sent = sendmsg(_handle, in message, NoSignal);
            if (sent < 0) return Marshal.GetLastPInvokeError();
            count = (int)sent;
            return 0;
        }
        catch (ObjectDisposedException)
        {
            return Closed;
        }
    }

    /// <summary>Moves what is there into a pipe.</summary>
    /// <param name="pipe">The pipe; empty, else "nothing there" and "no room" could not be told apart.</param>
    /// <param name="count">Octets moved; 0 at the end of the stream.</param>
    public int SpliceTo(SplicePipe pipe, out int count)
    {
        ArgumentNullException.ThrowIfNull(pipe);
        count = 0;
        try
        {
            return pipe.Fill(_handle, out count);
        }
        catch (ObjectDisposedException)
        {
            return Closed;
        }
    }

    /// <summary>Writes what is taken of a pipe's octets.</summary>
    /// <param name="pipe">The pipe; not empty.</param>
    /// <param name="count">Octets taken.</param>
    public int SpliceFrom(SplicePipe pipe, out int count)
    {
        ArgumentNullException.ThrowIfNull(pipe);
        count = 0;
        try
        {
            return pipe.Empty(_handle, out count);
        }
        catch (ObjectDisposedException)
        {
            return Closed;
        }
    }

    /// <summary>Ends the outgoing direction.</summary>
    public int ShutdownWrites() => Call(static (h, _) => shutdown(h, ShutWrite), default);

    /// <summary>TCP_NODELAY: small writes leave at once.</summary>
    public int SetNoDelay() => SetOption(TcpLevel, TcpNoDelay, [1, 0, 0, 0]);

    /// <summary>TCP_QUICKACK: what comes next is acknowledged at once; the kernel forgets it again.</summary>
    public int SetQuickAck() => SetOption(TcpLevel, TcpQuickAck, [1, 0, 0, 0]);

    /// <summary>TCP_NOTSENT_LOWAT: how much may wait in the kernel that could not be sent yet.</summary>
    /// <param name="octets">The mark.</param>
    public int SetUnsentLimit(int octets)
    {
        Span<byte> value = stackalloc byte[4];
        MemoryMarshal.Write(value, octets);
        return SetOption(TcpLevel, TcpUnsentLimit, value);
    }

    /// <summary>Makes closing reset the connection (SO_LINGER of zero).</summary>
    public int SetReset() => SetOption(SocketLevel, Linger, [1, 0, 0, 0, 0, 0, 0, 0]);

    /// <summary>SO_KEEPALIVE: the kernel probes a silent path, after as long as the system says (two hours).</summary>
    public int SetKeepAlive() => SetOption(SocketLevel, KeepAlive, [1, 0, 0, 0]);

    /// <summary>The address of an end.</summary>
    /// <param name="remote">Which end.</param>
    /// <param name="address">Room for struct sockaddr.</param>
    /// <param name="length">Octets of it.</param>
    public int GetAddress(bool remote, Span<byte> address, out int length)
    {
        length = address.Length;
        try
        {
            return (remote ? getpeername(_handle, address, ref length) : getsockname(_handle, address, ref length)) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        catch (ObjectDisposedException)
        {
            return Closed;
        }
    }

    private int SetOption(int level, int name, ReadOnlySpan<byte> value)
    {
        try
        {
            return setsockopt(_handle, level, name, value, value.Length) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        catch (ObjectDisposedException)
        {
            return Closed;
        }
    }

    private int Call(Func<SafeHandle, ReadOnlySpan<byte>, int> call, ReadOnlySpan<byte> argument)
    {
        try
        {
            return call(_handle, argument) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        catch (ObjectDisposedException)
        {
            return Closed;
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int family, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int connect(SafeHandle socket, ReadOnlySpan<byte> address, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int bind(SafeHandle socket, ReadOnlySpan<byte> address, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int accept4(SafeHandle socket, Span<byte> address, ref int length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(SafeHandle socket, Span<byte> into, nint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(SafeHandle socket, ReadOnlySpan<byte> from, nint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint sendmsg(SafeHandle socket, in SendParts.Message message, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int shutdown(SafeHandle socket, int how);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsockopt(SafeHandle socket, int level, int name, ReadOnlySpan<byte> value, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getsockname(SafeHandle socket, Span<byte> address, ref int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getpeername(SafeHandle socket, Span<byte> address, ref int length);

    private sealed partial class Handle : SafeHandleMinusOneIsInvalid
    {
        public Handle(int descriptor)
            : base(ownsHandle: true) => SetHandle(descriptor);

        protected override bool ReleaseHandle() => close((int)handle) == 0;

        [LibraryImport("libc")]
        private static partial int close(int descriptor);
    }
}
