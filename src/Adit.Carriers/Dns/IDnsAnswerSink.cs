using Adit.Wire.Dns;

namespace Adit.Carriers.Dns;

/// <summary>Takes what a <see cref="DnsLink"/> hears. Called by its loops, outside its lock.</summary>
internal interface IDnsAnswerSink
{
    /// <summary>The answer to a query, which is outstanding no more.</summary>
    /// <param name="context">What the query was sent with.</param>
    /// <param name="ticket">What the query was sent with.</param>
    /// <param name="message">The answer.</param>
    /// <param name="isStream">Whether it came by TCP.</param>
    void OnAnswer(object context, long ticket, in DnsMessage message, bool isStream);

    /// <summary>Nobody listens at the resolver's address, or its connection broke.</summary>
    /// <param name="link">Which resolver.</param>
    /// <param name="isStream">Whether by TCP alone.</param>
    void OnBroken(DnsLink link, bool isStream);
}
