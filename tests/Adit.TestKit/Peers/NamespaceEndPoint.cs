using System.Net;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Adit.TestKit.Peers;

/// <summary>
/// An address within a network namespace, for <see cref="StreamServer"/>, <see cref="StreamProbe"/> and <see cref="Readiness"/>. A socket belongs to the namespace of the thread
/// that made it; so each is made by a thread of its own, which does nothing else and goes: threads of the pool must never be born there. Needs root.
/// </summary>
/// <param name="at">The namespace.</param>
/// <param name="place">The address in it.</param>
public sealed partial class NamespaceEndPoint(NetworkNamespace at, IPEndPoint place) : EndPoint
{
    private const int NewNetwork = 0x40000000; // CLONE_NEWNET
    private const int ReadOnly = 0; // O_RDONLY

    /// <summary>The address.</summary>
    public IPEndPoint Place => place;

    public override AddressFamily AddressFamily => place.AddressFamily;

    /// <summary>A socket for an endpoint, in the namespace that it names or in the tests' own, and the address to use with it.</summary>
    public static (Socket Socket, EndPoint Place) Open(EndPoint endPoint)
    {
        if (endPoint is NamespaceEndPoint there) return (there.OpenThere(), there.Place);
        ProtocolType protocol = endPoint.AddressFamily == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp;
        return (new Socket(endPoint.AddressFamily, SocketType.Stream, protocol), endPoint);
    }

    public override string ToString() => $"{place} in {at.Name}";

    private Socket OpenThere()
    {
        Socket? socket = null;
        ExceptionDispatchInfo? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                int descriptor = open($"/run/netns/{at.Name}", ReadOnly);
                int result = descriptor < 0 ? -1 : setns(descriptor, NewNetwork);
                int error = Marshal.GetLastPInvokeError();
                if (descriptor >= 0) _ = close(descriptor);
                if (result != 0) throw new PeerFailureException($"setns to {at.Name}: error {error}");
                socket = new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return socket!;
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setns(int descriptor, int kind);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
