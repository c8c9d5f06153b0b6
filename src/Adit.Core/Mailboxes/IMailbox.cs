using System.Net;
using Adit.Core.Lifeline;

namespace Adit.Core.Mailboxes;

/// <summary>Small messages to one correspondent, perhaps lost, doubled or reordered: what a lifeline runs over. One send and one receive at a time.</summary>
public interface IMailbox : IAsyncDisposable
{
    /// <summary>For messages and reports: the carrier and the peer.</summary>
    string Name { get; }

    /// <summary>What the carrier can do.</summary>
    LifelineProfile Profile { get; }

    /// <summary>Who opened the carrier; null where it is not known.</summary>
    IPEndPoint? Source => null;

    /// <summary>Octets of the longest message that can be sent now.</summary>
    int SendLimit { get; }

    /// <summary>Waits until the carrier can take a message: a path's sender asks before it writes one, so that what leaves is fresh. At once, unless the carrier says otherwise.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask WaitForRoomAsync(CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    /// <summary>Sends a message; completes when another may follow; until <see cref="FlushAsync"/> it may be held.</summary>
    /// <param name="message">At most <see cref="SendLimit"/> octets; not to be changed until this completes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">The carrier is broken for good.</exception>
    ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default);

    /// <summary>Nothing more is to be sent for now: what <see cref="SendAsync"/> took and holds, to send several at once, leaves. Nothing, unless the carrier holds any.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">The carrier is broken for good.</exception>
    ValueTask FlushAsync(CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    /// <summary>Waits for a message.</summary>
    /// <param name="room">Room for the longest one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Octets of it; 0 once the carrier has ended.</returns>
    /// <exception cref="TunnelException">The carrier is broken for good.</exception>
    ValueTask<int> ReceiveAsync(Memory<byte> room, CancellationToken cancellationToken = default);
}
