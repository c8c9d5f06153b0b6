using Adit.Core.Hops;
using Adit.Core.Lifeline;
using Adit.Core.Streams;
using Adit.Gateway.Configuration;
using Adit.Proxies.Clients;
using Adit.Ssh.Client;
using Adit.Ssh.Config;
using Adit.Wire.Socks;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Hops;

/// <summary>The hops of this version, as a table for <see cref="HopRegistry"/>.</summary>
public static class BuiltInHops
{
    /// <summary>Makes the table.</summary>
    /// <param name="dialogue">Who is asked about host keys and for passphrases and passwords.</param>
    /// <param name="logger">Debug words of the hops' sessions; null for none.</param>
    /// <param name="configFile">The ssh_config that hops are resolved by; null for the usual ones.</param>
    /// <param name="carriers">Finds the named carriers of <c>auto:</c>; null for those of the user's configuration.</param>
    public static HopRegistry Create(IUserDialogue dialogue, ILogger? logger = null, string? configFile = null, Func<string, CarriersConfiguration>? carriers = null)
    {
        Dictionary<string, HopFactory> factories = Table(dialogue, logger, configFile);
        foreach (string scheme in (string[])["ws", "wss", "http", "https"])
        {
            factories[scheme] = (hop, previous) => HttpHop.Create(hop, previous, factories, logger, Environment.GetEnvironmentVariable);
        }

        var streams = new Dictionary<string, HopFactory>(factories);
        foreach (string scheme in (string[])["tcp", "ws", "wss", "http", "https"])
        {
            HopFactory stream = factories[scheme];
            factories[scheme] = (hop, previous) => CarrierDialers.IsLifeline(hop) ? LifelineOf(hop, previous, stream, logger) : stream(hop, previous);
        }

        HopFactory none = (hop, _) => throw new InvalidOperationException($"{hop}: no stream");
        foreach (string scheme in (string[])["dns", "mqtt", "mqtts", "sms+smpp", "sms+smpps", "sms+modem"])
            factories[scheme] = (hop, previous) => LifelineOf(hop, previous, none, logger);
        factories["auto"] = (hop, previous) => AutoHop.Create(hop, (carriers ?? UserCarriers.Find)(hop.Host), previous, streams, logger);

        return new HopRegistry(factories);
    }

    private static LifelineCarrier LifelineOf(HopUri hop, IStreamDialer previous, HopFactory stream, ILogger? logger)
    {
        CarrierKey? key = CarrierDialers.KeyOf(hop);
        return new LifelineCarrier([CarrierDialers.Of(hop, previous, stream, key)], key, logger);
    }

    private static Dictionary<string, HopFactory> Table(IUserDialogue dialogue, ILogger? logger, string? configFile) => new()
    {
        ["ssh"] = (hop, previous) =>
        {
            (string? user, string? password) = HopCredentials.Of(hop);
            SshConfigRequest request = RequestOf(hop, user, configFile);
            IUserDialogue asked = password is null ? dialogue : new HopPassword(dialogue, password);
            var connector = new SshConnector(asked, logger, previous, request);
            return new SshHop(hop, token => connector.ConnectAsync(SshConfigResolver.Resolve(request), token));
        },
        ["tcp"] = (hop, previous) => new TcpCarrier(hop, previous),
        ["socks4"] = (hop, previous) => new SocksClient(SocksVersion.Socks4, resolvesHere: true, ProxyHopOptions.Of(hop), previous),
        ["socks4a"] = (hop, previous) => new SocksClient(SocksVersion.Socks4a, resolvesHere: false, ProxyHopOptions.Of(hop), previous),
        ["socks5"] = (hop, previous) => new SocksClient(SocksVersion.Socks5, resolvesHere: true, ProxyHopOptions.Of(hop), previous),
        ["socks5h"] = (hop, previous) => new SocksClient(SocksVersion.Socks5, resolvesHere: false, ProxyHopOptions.Of(hop), previous),
        ["connect"] = (hop, previous) => new ConnectClient(ConnectSecurity.None, ProxyHopOptions.Of(hop), null, previous),
        ["connect+tls"] = (hop, previous) => new ConnectClient(ConnectSecurity.Tls, ProxyHopOptions.Of(hop), HopTls.Of(hop), previous),
        ["connect+upgrade"] = (hop, previous) => new ConnectClient(ConnectSecurity.Upgrade, ProxyHopOptions.Of(hop), HopTls.Of(hop), previous),
        ["tls"] = (hop, previous) => new TlsFront(ProxyHopOptions.Of(hop), HopTls.Of(hop), previous),
    };

    /// <summary>What a hop asks of ssh_config(5).</summary>
    internal static SshConfigRequest RequestOf(HopUri hop, string? user, string? configFile)
    {
        var options = new List<string>();
        if (user is not null) options.Add($"User {Quote(user)}");
        // The URI's default cannot be told from none: then the configuration decides, whose default is the same.
        if (hop.Port != SshConfig.DefaultPort) options.Add($"Port {hop.Port}");
        if (hop.IdentityFile is { } identity) options.Add($"IdentityFile {Quote(identity)}");
        options.Add("ClearAllForwardings yes");
        return new SshConfigRequest { Host = hop.Host, Options = options, ConfigFile = configFile };
    }

    private static string Quote(string value) => $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>Answers the account's password from the hop's URI; everything else is a person's to answer.</summary>
    private sealed class HopPassword(IUserDialogue person, string password) : IUserDialogue
    {
        public ValueTask<string?> AskAsync(string question, bool isSecret, CancellationToken cancellationToken = default) =>
            isSecret && question.EndsWith("assword: ", StringComparison.Ordinal) ? new(password) : person.AskAsync(question, isSecret, cancellationToken);

        public void Tell(string text) => person.Tell(text);
    }
}
