using Adit.Carriers.Sms;
using Adit.Core.Hops;
using Adit.Core.Lifeline;
using Adit.Core.Mailboxes;
using Adit.Core.Streams;
using Adit.Gateway.Hops;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Listeners;

/// <summary>From <c>sms+smpp://USER@CENTRE?from=NUMBER</c>, <c>sms+smpps://…</c> or <c>sms+modem:///DEVICE</c> among a gateway's listeners to its end of the carrier: the same words as of a hop, without <c>to=</c>.</summary>
internal static class SmsListening
{
    /// <summary>Makes it.</summary>
    /// <param name="uri">The same as of a hop.</param>
    /// <param name="acceptor">Whose sessions it carries.</param>
    /// <param name="logger">Links lost and made; null for none.</param>
    /// <exception cref="Core.TunnelException">Something in it is wrong.</exception>
    public static IMailboxListener Create(HopUri uri, LifelineAcceptor acceptor, ILogger? logger = null)
    {
        SmsCarrierOptions carrier = SmsHop.CarrierOf(uri.ToString(), uri.Query);
        string place = uri.Query.GetValueOrDefault("from") is { Length: > 0 } number ? $"{uri}?from={number}" : uri.ToString();
        return new SmsListener(new SmsListenerOptions { Place = place, Carrier = carrier }, SmsHop.LinkOf(uri, carrier, new SocketDialer()), acceptor, logger);
    }
}
