namespace Adit.Ssh.Client;

/// <summary>A session, and whatever it goes through: the sessions of its jump hosts, and the agent's connection. Disposing ends them all, the furthest first.</summary>
public sealed class SshRoute : IAsyncDisposable
{
    private readonly IReadOnlyList<IAsyncDisposable> _beneath;
    private int _disposed;

    internal SshRoute(SshClient client, bool isSuspect, IReadOnlyList<IAsyncDisposable> beneath)
    {
        Client = client;
        IsSuspect = isSuspect;
        _beneath = beneath;
    }

    /// <summary>The session with the destination.</summary>
    public SshClient Client { get; }

    /// <summary>Whether its host key is not the known one and StrictHostKeyChecking let it pass: then nothing should be forwarded over it.</summary>
    public bool IsSuspect { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await Client.DisposeAsync().ConfigureAwait(false);
        foreach (IAsyncDisposable each in _beneath) await each.DisposeAsync().ConfigureAwait(false);
    }
}
