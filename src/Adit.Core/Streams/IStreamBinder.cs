namespace Adit.Core.Streams;

/// <summary>Opens listeners: on this machine's TCP and unix sockets, or at the far end of an SSH session.</summary>
public interface IStreamBinder
{
    /// <summary>Binds a listener. The caller owns it.</summary>
    /// <exception cref="TunnelException">The address is taken, forbidden or not this machine's.</exception>
    ValueTask<IStreamListener> BindAsync(Destination at, CancellationToken cancellationToken = default);
}
