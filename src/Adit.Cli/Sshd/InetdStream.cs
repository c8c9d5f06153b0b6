using System.Net;
using System.Net.Sockets;
using Adit.Core.Streams;
using Adit.Platform.Descriptors;

namespace Adit.Cli.Sshd;

/// <summary>The connection that <c>-i</c> is handed: standard input and output, a socket or two pipes.</summary>
internal static class InetdStream
{
    /// <summary>Takes standard input and output over.</summary>
    /// <returns>The stream, and where the client is if that can be told.</returns>
    public static (DuplexStream Stream, IPEndPoint? Source) Open()
    {
        if (File.ResolveLinkTarget("/proc/self/fd/0", returnFinalTarget: false) is { Name: var name } && name.StartsWith("socket:", StringComparison.Ordinal))
        {
            try
            {
                var stream = new SocketStream(new Socket(new SafeSocketHandle(0, ownsHandle: true)));
                return (stream, stream.RemoteEndPoint);
            }
            catch (SocketException)
            {
                // Of a kind that .NET does not know: octets go through it all the same.
            }
        }

        return (new PolledStream(new PolledDescriptor(new DescriptorHandle(0)), new PolledDescriptor(new DescriptorHandle(1)), "inetd"), null);
    }
}
