using Adit.Core;
using Adit.Core.Streams;
using Adit.Platform.Processes;

namespace Adit.Gateway.Sshd;

/// <summary>Dials unix sockets with the rights of a user: what it may not reach itself, it does not reach through a server that is root.</summary>
internal sealed class AccountDialer(UserAccount? account) : IStreamDialer
{
    // Ours: a listener whose backlog is full holds a thread that long.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async ValueTask<DuplexStream> DialAsync(DialRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var dialer = new SocketDialer(Patience);
        if (account is null) return await dialer.DialAsync(request, cancellationToken).ConfigureAwait(false);
        // connect(2) to a unix socket is judged and done at once, on the thread that calls it.
        return await AsAccount.RunAsync(account, () => dialer.DialAsync(request, CancellationToken.None).AsTask().GetAwaiter().GetResult()).ConfigureAwait(false);
    }
}
