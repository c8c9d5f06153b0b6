using System.Globalization;
using Adit.Carriers.Sms;
using Adit.Carriers.Sms.Modem;
using Adit.Carriers.Sms.Smpp;
using Adit.Core;
using Adit.Core.Hops;
using Adit.Core.Mailboxes;
using Adit.Core.Streams;

namespace Adit.Gateway.Hops;

/// <summary>
/// From a <c>sms+smpp://</c>, <c>sms+smpps://</c> or <c>sms+modem://</c> hop to its carrier: <c>to=</c> the gateway's number; <c>from=</c> ours; <c>form=auto|octets|text</c>; <c>port=</c> the application port; <c>rate=</c> and
/// <c>window=</c> what the operator permits; <c>budget=</c> messages; <c>systemtype=</c>; <c>baud=</c>; <c>tls</c>; <c>timescale=</c> for laboratories.
/// </summary>
internal static class SmsHop
{
    /// <summary>Makes the carrier.</summary>
    /// <param name="hop">The hop.</param>
    /// <param name="previous">Dials the centre.</param>
    /// <exception cref="TunnelException">The query holds something wrong.</exception>
    public static IMailboxDialer Create(HopUri hop, IStreamDialer previous)
    {
        string name = hop.ToString();
        string to = hop.Query.GetValueOrDefault("to") is { Length: > 0 } number && Wire.Smpp.SmppAddress.TryParse(number, out _) ? number : throw Wrong(name, "to", "the gateway's number, as in to=+4917012345", hop.Query.GetValueOrDefault("to") ?? "nothing");
        SmsCarrierOptions carrier = CarrierOf(name, hop.Query);
        return new SmsMailboxDialer(name, to, carrier, LinkOf(hop, carrier, previous));
    }

    /// <summary>How a hop's or listener's links are opened.</summary>
    internal static Func<CancellationToken, Task<ISmsLink>> LinkOf(HopUri hop, SmsCarrierOptions carrier, IStreamDialer previous)
    {
        string name = hop.ToString();
        if (hop.Scheme.IsDevice)
        {
            var modem = new ModemOptions { Name = name, Device = hop.Path, Carrier = carrier, BitsPerSecond = (uint)Number(name, hop.Query, "baud", 115_200, 300, 4_000_000) };
            return async token => await ModemLink.OpenAsync(modem, null, token).ConfigureAwait(false);
        }

        (string? user, string? password) = HopCredentials.Of(hop);
        var smpp = new SmppLinkOptions
        {
            Name = name,
            Host = hop.Host,
            Port = hop.Port,
            SystemId = Short(name, "user", user ?? throw Wrong(name, "user", "the system id that the operator gave, before @ or in auth=FILE", "nothing"), Wire.Smpp.SmppBind.MostSystemId),
            Password = (password ?? "").Length < Wire.Smpp.SmppBind.MostPassword ? password ?? "" : throw new TunnelException(TunnelError.BadConfiguration, $"{name}: password: expected at most {Wire.Smpp.SmppBind.MostPassword - 1} characters (SMPP 3.4), got more", name),
            SystemType = Short(name, "systemtype", hop.Query.GetValueOrDefault("systemtype") ?? "", Wire.Smpp.SmppBind.MostSystemType),
            From = hop.Query.GetValueOrDefault("from") is { Length: > 0 } from ? Wire.Smpp.SmppAddress.TryParse(from, out _) ? from : throw Wrong(name, "from", "a number or a name", from) : "",
            Tls = hop.Scheme.Name == "sms+smpps" || hop.Query.ContainsKey("tls") ? HopTls.Of(hop, hasCarrierKey: true) : null,
            Carrier = carrier,
        };
        return async token => await SmppLink.OpenAsync(smpp, previous, null, token).ConfigureAwait(false);
    }

    /// <summary>What both ends and both ways have in common.</summary>
    internal static SmsCarrierOptions CarrierOf(string name, IReadOnlyDictionary<string, string> query) => new()
    {
        Form = (query.GetValueOrDefault("form") ?? "auto") switch
        {
            "auto" => SmsForm.Auto,
            "octets" => SmsForm.Octets,
            "text" => SmsForm.Text,
            var other => throw Wrong(name, "form", "auto, octets or text", other),
        },
        Port = query.ContainsKey("port") ? (ushort)Number(name, query, "port", 0, 1, 65_535) : null,
        Rate = Number(name, query, "rate", 10, 0.001, 10_000),
        Window = (int)Number(name, query, "window", 10, 1, 1000),
        Budget = query.ContainsKey("budget") ? new SmsBudget((long)Number(name, query, "budget", 0, 1, 1e12)) : null,
        TimeScale = Number(name, query, "timescale", 1, 1, 10_000),
    };

    private static double Number(string name, IReadOnlyDictionary<string, string> query, string key, double standard, double least, double most)
    {
        if (!query.TryGetValue(key, out string? text)) return standard;
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value >= least && value <= most
            ? value
            : throw Wrong(name, key, string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"), text);
    }

    private static string Short(string name, string key, string text, int size) =>
        text.Length < size && !text.AsSpan().ContainsAnyExceptInRange(' ', '~') ? text : throw Wrong(name, key, $"at most {size - 1} characters of ASCII", text);

    private static TunnelException Wrong(string name, string key, string expected, string got) =>
        new(TunnelError.BadConfiguration, $"{name}: {key}: expected {expected}, got {(got.Length <= 64 ? got : got[..64] + "…")}", name);
}
