using Adit.Core.Mailboxes;

namespace Adit.Carriers.Sms;

/// <summary>Opens a link for each mailbox: a client's carrier, by SMPP or a modem.</summary>
/// <param name="name">The hop, for messages.</param>
/// <param name="number">The gateway's number.</param>
/// <param name="options">How.</param>
/// <param name="open">Opens a link.</param>
/// <param name="time">The clock; null for the system's.</param>
public sealed class SmsMailboxDialer(string name, string number, SmsCarrierOptions options, Func<CancellationToken, Task<ISmsLink>> open, TimeProvider? time = null) : IMailboxDialer
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public bool IsDear => true;

    /// <inheritdoc/>
    public async ValueTask<IMailbox> OpenAsync(CancellationToken cancellationToken = default)
    {
        if (options.Budget is { IsSpent: true } budget) budget.Take(name);
        return new SmsMailbox(await open(cancellationToken).ConfigureAwait(false), number, options, time ?? TimeProvider.System);
    }
}
