using Adit.Core.Streams;

namespace Adit.Core.Mailboxes;

/// <summary>Opens streams to a gateway as mailboxes, so that a lifeline can outlive them.</summary>
/// <param name="name">For messages: the hop.</param>
/// <param name="dialer">Opens a stream that ends at the gateway.</param>
/// <param name="request">What it is asked for.</param>
public sealed class StreamMailboxDialer(string name, IStreamDialer dialer, DialRequest request) : IMailboxDialer
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public async ValueTask<IMailbox> OpenAsync(CancellationToken cancellationToken = default) =>
        new StreamMailbox(await dialer.DialAsync(request, cancellationToken).ConfigureAwait(false), name, expectsIdentification: true);
}
