namespace Adit.Core.Mailboxes;

/// <summary>Opens mailboxes to one server: a client's carrier. A lifeline asks for another one when the last has ended.</summary>
public interface IMailboxDialer
{
    /// <summary>For messages and reports: the hop.</summary>
    string Name { get; }

    /// <summary>Whether each message costs money: then it is opened only when nothing else is left.</summary>
    bool IsDear => false;

    /// <summary>Opens a mailbox, which the caller owns.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">The carrier cannot be reached, or refuses.</exception>
    ValueTask<IMailbox> OpenAsync(CancellationToken cancellationToken = default);

    /// <summary>Whether something better than a mailbox of this dialer may be there by now. Asked about once a second; must not wait.</summary>
    /// <param name="mailbox">One that this opened, and that still works.</param>
    bool MayImprove(IMailbox mailbox) => false;

    /// <summary>Looks for something better.</summary>
    /// <param name="mailbox">One that this opened, and that still works.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A mailbox to use in its place, which the caller owns; null where there is nothing better.</returns>
    ValueTask<IMailbox?> ImproveAsync(IMailbox mailbox, CancellationToken cancellationToken = default) => new((IMailbox?)null);
}
