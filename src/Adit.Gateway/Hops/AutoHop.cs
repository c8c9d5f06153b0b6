using Adit.Core;
using Adit.Core.Hops;
using Adit.Core.Lifeline;
using Adit.Core.Mailboxes;
using Adit.Core.Streams;
using Adit.Gateway.Configuration;
using Adit.Gateway.State;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Hops;

/// <summary><c>auto:NAME</c>: a lifeline over the carriers of a configuration, the best of those that work.</summary>
internal static class AutoHop
{
    /// <summary>Makes the hop.</summary>
    /// <param name="hop">The hop, for messages.</param>
    /// <param name="carriers">What its name means.</param>
    /// <param name="previous">Dials them.</param>
    /// <param name="streams">Make the dialers of carriers that are streams.</param>
    /// <param name="logger">Told of moves; null for nobody.</param>
    /// <exception cref="TunnelException">The carriers cannot be used together.</exception>
    public static IStreamDialer Create(HopUri hop, CarriersConfiguration carriers, IStreamDialer previous, IReadOnlyDictionary<string, HopFactory> streams, ILogger? logger)
    {
        CarrierKey? key = carriers.Key is { } file ? CarrierKeyFile.Load(file) : null;
        var dialers = new List<IMailboxDialer>();
        foreach (HopUri carrier in carriers.Hops)
        {
            if (key is null)
            {
                key = CarrierDialers.KeyOf(carrier);
                if (key is not null && dialers.Count > 0) throw Wrong(hop, $"{carrier}: key: expected it for all of them (key: FILE beside name), got it for one only; a session has one key");
            }
            else if (CarrierDialers.FileOf(carrier) is { } own && !CarrierKeyFile.Load(own).Hint.Span.SequenceEqual(key.Hint.Span))
            {
                throw Wrong(hop, $"{carrier}: key: expected the same for all of them, got another; a session has one key");
            }

            dialers.Add(CarrierDialers.Of(carrier, previous, streams.GetValueOrDefault(carrier.Scheme.Name) ?? ((_, _) => throw Wrong(hop, $"{carrier}: expected a carrier")), key));
        }

        return new LifelineCarrier(dialers, key, logger);
    }

    private static TunnelException Wrong(HopUri hop, string what) => new(TunnelError.BadConfiguration, $"{hop}: {what}", hop.ToString());
}
