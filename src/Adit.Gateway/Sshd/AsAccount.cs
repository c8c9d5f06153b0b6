using Adit.Core;
using Adit.Platform.Descriptors;
using Adit.Platform.Processes;

namespace Adit.Gateway.Sshd;

/// <summary>Does what blocks on files with the rights of an account, off the thread pool.</summary>
internal static class AsAccount
{
    /// <summary>Runs something on a thread of its own.</summary>
    /// <param name="account">The account; null for this process's own rights.</param>
    /// <param name="work">What to do; it must not leave its thread.</param>
    /// <exception cref="TunnelException">The account cannot be taken.</exception>
    public static async Task<T> RunAsync<T>(UserAccount? account, Func<T> work)
    {
        try
        {
            return await Task.Factory.StartNew(() => ThreadAccount.Run(account, work), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }
        catch (DescriptorException e)
        {
            throw new TunnelException(TunnelError.PermissionDenied, e.Message, null, e);
        }
    }
}
