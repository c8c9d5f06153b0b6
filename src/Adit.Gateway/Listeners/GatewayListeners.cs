using System.Runtime.CompilerServices;
using Adit.Core;
using Adit.Core.Certificates;
using Adit.Core.Lifeline;
using Adit.Core.Mailboxes;
using Adit.Core.Streams;
using Adit.Gateway.Configuration;
using Adit.Gateway.Listeners.Http;
using Adit.Gateway.State;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Listeners;

/// <summary>From what a configuration listens on to listeners. Those that share an address, a port and a need for TLS share a web server.</summary>
internal static class GatewayListeners
{
    /// <summary>Starts them all, in the order of the configuration.</summary>
    /// <param name="configuration">What to serve.</param>
    /// <param name="state">The state folder.</param>
    /// <param name="started">Takes each that was started, so that the caller can end them when a later one fails.</param>
    /// <param name="loggers">Where the web server logs; null for nowhere.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    /// <returns>The lifelines' one, which is among those started.</returns>
    public static async Task<LifelineGatewayListener> StartAsync(
        GatewayConfiguration configuration, StateFolder state, List<IGatewayListener> started, ILoggerFactory? loggers, TimeProvider time, CancellationToken cancellationToken)
    {
        var binder = new SocketBinder(spread: true);
        var left = new List<ListenUri>(configuration.Listen.Count > 0 ? configuration.Listen : [Serving.GatewayServer.DefaultListen]);
        var ring = new CarrierKeyRing([.. left.Select(u => u.Key).OfType<string>().Distinct()], loggers?.CreateLogger("gateway"), time);
        var lifelines = new LifelineGatewayListener(() => ring.Current, time);
        started.Add(lifelines);
        while (left.Count > 0)
        {
            ListenUri first = left[0];
            if (first.IsMessages)
            {
                left.RemoveAt(0);
                await lifelines.StartAsync(MessagesOf(first, lifelines.Acceptor, () => ring.Current, loggers), first.Scheme, cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (!first.IsWeb)
            {
                left.RemoveAt(0);
                started.Add(new TcpGatewayListener((SocketListener)await binder.BindAsync(new TcpDestination(first.Host, first.Port), cancellationToken).ConfigureAwait(false)));
                continue;
            }

            ListenUri[] together = first.Port == 0 ? [first] : [.. left.Where(u => u.IsWeb && u.IsSecure == first.IsSecure && u.Host == first.Host && u.Port == first.Port)];
            left.RemoveAll(together.Contains);
            started.Add(await StartWebAsync(configuration, state, together, lifelines.Acceptor, loggers, time, cancellationToken).ConfigureAwait(false));
        }

        return lifelines;
    }

    private static IMailboxListener MessagesOf(ListenUri place, LifelineAcceptor acceptor, Func<IReadOnlyList<CarrierKey>> keys, ILoggerFactory? loggers) => place.Scheme switch
    {
        "dns" => DnsListening.Create(place.ToString(), place.Host, place.Port, place.Query, acceptor, loggers?.CreateLogger("gateway")),
        "mqtt" or "mqtts" => MqttListening.Create(place.Hop!, acceptor, keys, loggers?.CreateLogger("gateway")),
        "sms+smpp" or "sms+smpps" or "sms+modem" => SmsListening.Create(place.Hop!, acceptor, loggers?.CreateLogger("gateway")),
        _ => throw new TunnelException(TunnelError.NotSupported, $"{place}: listening on {place.Scheme}:// is not there yet in this version"),
    };

    [MethodImpl(MethodImplOptions.NoInlining)] // nothing of the web server is loaded before
    private static async Task<IGatewayListener> StartWebAsync(
        GatewayConfiguration configuration, StateFolder state, ListenUri[] places, LifelineAcceptor lifelines, ILoggerFactory? loggers, TimeProvider time, CancellationToken cancellationToken)
    {
        KeyedCertificate? certificate = places[0].IsSecure ? CertificateOf(configuration, state, time) : null;
        try
        {
            return await WebListener.StartAsync(
                new WebListenerOptions
                {
                    Places = places,
                    Certificate = certificate,
                    Static = configuration.Static is { } page ? HomePath.Expand(page) : null,
                    TrustedProxies = configuration.TrustedProxies,
                    Lifelines = lifelines,
                    Loggers = loggers,
                    Time = time,
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            certificate?.Dispose();
            throw;
        }
    }

    private static KeyedCertificate CertificateOf(GatewayConfiguration configuration, StateFolder state, TimeProvider time) => configuration.Certificate is { } file
        ? KeyedCertificate.Load(HomePath.Expand(file), configuration.CertificateKey is { } key ? HomePath.Expand(key) : null)
        : SelfSigned.LoadOrCreate(state.CertificateFile, [Environment.MachineName, "localhost"], time);
}
