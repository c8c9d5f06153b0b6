namespace Adit.Core.Mailboxes;

/// <summary>A gateway's end of a message carrier. Made with the <see cref="Lifeline.LifelineAcceptor"/> that it serves; disposing it stops it, and sessions wait for another path.</summary>
public interface IMailboxListener : IAsyncDisposable
{
    /// <summary>Where it is reached, ports resolved: addresses, or a broker's topics, or a number. For people; holds no secrets.</summary>
    IReadOnlyList<string> Places { get; }

    /// <summary>Binds or connects, and serves from then on; what it loses later it makes anew itself.</summary>
    /// <param name="cancellationToken">Gives the start up.</param>
    /// <exception cref="TunnelException">An address cannot be used, or a broker or centre cannot be reached or refuses.</exception>
    Task StartAsync(CancellationToken cancellationToken = default);
}
