using System.Globalization;
using Adit.Core;
using Adit.Core.Hops;
using Adit.Proxies.Clients;
using Adit.Wire.HttpProxy;

namespace Adit.Gateway.Hops;

/// <summary>From a proxy hop's URI to its client's options.</summary>
internal static class ProxyHopOptions
{
    /// <summary>Reads a hop.</summary>
    /// <exception cref="TunnelException"><see cref="TunnelError.BadConfiguration"/>: something in its query is wrong.</exception>
    public static ProxyClientOptions Of(HopUri hop)
    {
        if (hop.Port == 0) throw new TunnelException(TunnelError.BadConfiguration, $"{hop}: port: expected 1 to 65535, got 0", hop.ToString());
        (string? user, string? password) = HopCredentials.Of(hop);
        var options = new ProxyClientOptions { Name = hop.ToString(), Proxy = hop.Destination, Credentials = user is null ? null : new ProxyCredentials(user, password ?? "") };
        return hop.Query.TryGetValue("timeout", out string? text) ? options with { Timeout = Seconds(hop, text) } : options;
    }

    private static TimeSpan Seconds(HopUri hop, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) && seconds is >= 1 and <= 3600
            ? TimeSpan.FromSeconds(seconds)
            : throw new TunnelException(TunnelError.BadConfiguration, $"{hop}: timeout: expected 1 to 3600 seconds, got \"{text}\"", hop.ToString());
}
