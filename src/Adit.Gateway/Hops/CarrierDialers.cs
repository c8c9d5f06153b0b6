using Adit.Core;
using Adit.Core.Hops;
using Adit.Core.Lifeline;
using Adit.Core.Mailboxes;
using Adit.Core.Streams;
using Adit.Gateway.State;

namespace Adit.Gateway.Hops;

/// <summary>From carrier hops to what opens their mailboxes, and their key.</summary>
internal static class CarrierDialers
{
    private static readonly string[] Messages = ["dns", "mqtt", "mqtts", "sms+smpp", "sms+smpps", "sms+modem"];

    /// <summary>Whether a hop's stream is a lifeline: messages and the long-polls of HTTP always, <c>http</c> and <c>https</c> unless <c>resume=no</c> stands in the query, other streams where <c>resume</c> does.</summary>
    public static bool IsLifeline(HopUri hop) => Messages.Contains(hop.Scheme.Name) || IsResumed(hop);

    /// <summary>Makes what opens the mailboxes of one hop.</summary>
    /// <param name="hop">The hop.</param>
    /// <param name="previous">Dials it.</param>
    /// <param name="stream">Makes what dials the hop's streams, for those that are streams.</param>
    /// <param name="key">The carrier key; null for none.</param>
    public static IMailboxDialer Of(HopUri hop, IStreamDialer previous, HopFactory stream, CarrierKey? key) => hop.Scheme.Name switch
    {
        "dns" => DnsHop.Create(hop, previous, Path.Combine(StateFolder.Locate(null), "dns")),
        "mqtt" or "mqtts" => MqttHop.Create(hop, previous, key ?? throw NoKey(hop)),
        "sms+smpp" or "sms+smpps" or "sms+modem" => SmsHop.Create(hop, previous),
        _ => stream(hop, previous) is var dialer && dialer is IMailboxDialer mailboxes ? mailboxes : new StreamMailboxDialer(hop.ToString(), dialer, new DialRequest(hop.Destination)),
    };

    /// <summary>The carrier key that a hop names; null where it names none and needs none.</summary>
    /// <exception cref="TunnelException">It needs one, or what it names is none.</exception>
    public static CarrierKey? KeyOf(HopUri hop)
    {
        if (FileOf(hop) is { } file) return CarrierKeyFile.Load(file);
        return Messages.Contains(hop.Scheme.Name) ? throw NoKey(hop) : null;
    }

    /// <summary>The file of the carrier key that a hop names; null for none: of a stream with a certificate the word means the certificate's key.</summary>
    public static string? FileOf(HopUri hop) => Messages.Contains(hop.Scheme.Name) || !hop.Query.ContainsKey("cert") ? hop.Query.GetValueOrDefault("key") : null;

    /// <summary>For a hop that needs a carrier key and has none.</summary>
    public static TunnelException NoKey(HopUri hop) => new(TunnelError.BadConfiguration, $"{hop}: key: expected key=FILE, a carrier key that the gateway has too (adit keygen --carrier -f FILE), got none", hop.ToString());

    private static bool IsResumed(HopUri hop) => !hop.Query.TryGetValue("resume", out string? value) ? hop.Scheme.Name is "http" or "https" : value switch
    {
        "" or "yes" => true,
        "no" => hop.Query.GetValueOrDefault("rung") == "5", // what is no stream by itself
        _ => throw new TunnelException(TunnelError.BadConfiguration, $"{hop}: resume: expected yes, no or nothing, got \"{value}\"", hop.ToString()),
    };
}
