using System.Net;
using System.Net.Sockets;

namespace Adit.Core.Streams;

/// <summary>
/// Resolves names on threads of its own. The framework resolves on its thread pool, where getaddrinfo(3) blocks a thread for each name: a few dozen
/// names whose server does not answer would then hold up everything else in the process.
/// </summary>
public static class NameResolver
{
    /// <summary>Ours: names that are resolved at once, each a thread meanwhile; more wait for their turn.</summary>
    private const int MostAtOnce = 256;

    /// <summary>Ours: octets of stack, several times what getaddrinfo(3) takes.</summary>
    private const int StackLength = 256 * 1024;

    private static readonly SemaphoreSlim Free = new(MostAtOnce);

    /// <summary>The addresses of a name, in the order of the system's resolver.</summary>
    /// <param name="host">The name.</param>
    /// <param name="family"><see cref="AddressFamily.Unspecified"/>, or the one family to ask for.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="SocketException">It does not resolve.</exception>
    /// <exception cref="ArgumentException">It is no name.</exception>
    public static async Task<IPAddress[]> ResolveAsync(string host, AddressFamily family = AddressFamily.Unspecified, CancellationToken cancellationToken = default)
    {
        await Free.WaitAsync(cancellationToken).ConfigureAwait(false);
        var result = new TaskCompletionSource<IPAddress[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            new Thread(() => Resolve(host, family, result), StackLength) { IsBackground = true, Name = "resolver" }.Start();
        }
        catch
        {
            Free.Release();
            throw;
        }

        return await result.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private static void Resolve(string host, AddressFamily family, TaskCompletionSource<IPAddress[]> result)
    {
        try
        {
            result.SetResult(Dns.GetHostAddresses(host, family));
        }
        catch (Exception e)
        {
            result.SetException(e);
            _ = result.Task.Exception;
        }
        finally
        {
            Free.Release();
        }
    }
}
