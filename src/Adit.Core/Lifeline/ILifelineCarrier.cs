namespace Adit.Core.Lifeline;

/// <summary>What moves the datagrams of one path, where that is no mailbox of its own: a server that has one socket for all, and can perhaps only answer. Made when the path is (<see cref="LifelineAcceptor.Receive"/>).</summary>
public interface ILifelineCarrier : IAsyncDisposable
{
    /// <summary>For reports: the carrier, and what is known of the peer.</summary>
    string Name { get; }

    /// <summary>There may be something to send: <see cref="LifelineEndpoint.WantsToSend"/> and <see cref="LifelineEndpoint.Fill"/> tell. Called under the session's lock, on any thread: must only set something going.</summary>
    void Wake();
}
