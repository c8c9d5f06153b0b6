using Adit.Carriers.Mqtt;
using Adit.Core;
using Adit.Core.Hops;
using Adit.Core.Lifeline;
using Adit.Core.Mailboxes;
using Adit.Core.Streams;
using Adit.Gateway.Hops;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Listeners;

/// <summary>From <c>mqtt://</c> or <c>mqtts://</c>, which says of a listener just what it says of a hop (<see cref="MqttHop"/>), to the gateway's end at that broker.</summary>
internal static class MqttListening
{
    /// <summary>Makes the listener; nothing is dialled yet.</summary>
    /// <param name="uri">The listener's URI, read as a hop's: broker, prefix, credentials, query.</param>
    /// <param name="acceptor">Takes the lifelines.</param>
    /// <param name="keys">Tells the carrier keys that count now, for a presence record.</param>
    /// <param name="logger">When the broker goes and comes; null for nowhere.</param>
    /// <param name="previous">Dials the broker; null for this machine's sockets.</param>
    /// <exception cref="TunnelException"><see cref="TunnelError.BadConfiguration"/>: something in it is wrong.</exception>
    public static IMailboxListener Create(HopUri uri, LifelineAcceptor acceptor, Func<IReadOnlyList<CarrierKey>> keys, ILogger? logger = null, IStreamDialer? previous = null) =>
        new MqttListener(MqttHop.OptionsOf(uri, keys), acceptor, previous, logger);
}
