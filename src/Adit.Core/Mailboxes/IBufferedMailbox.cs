namespace Adit.Core.Mailboxes;

/// <summary>A mailbox whose own buffers may be used in place of others from which, or into which, it would copy. One send and one receive at a time.</summary>
public interface IBufferedMailbox : IMailbox
{
    /// <summary>Where the next message may be written; not to be touched while one is sent.</summary>
    Memory<byte> Room { get; }

    /// <summary>As <see cref="IMailbox.SendAsync"/>, of what stands in <see cref="Room"/>.</summary>
    /// <param name="length">Octets of it.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">The carrier is broken for good.</exception>
    ValueTask SendRoomAsync(int length, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="IMailbox.ReceiveAsync"/>.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The message, which may be read until this is called again; empty once the carrier has ended.</returns>
    /// <exception cref="TunnelException">The carrier is broken for good.</exception>
    ValueTask<ReadOnlyMemory<byte>> ReceiveInPlaceAsync(CancellationToken cancellationToken = default);

    /// <summary>As <see cref="ReceiveInPlaceAsync"/>, but only what came already, without waiting.</summary>
    /// <param name="message">The message, which may be read until another is received.</param>
    /// <returns>False for none.</returns>
    bool TryReceiveInPlace(out ReadOnlyMemory<byte> message);
}
