using System.CommandLine;
using Adit.Cli.CommandLine;
using Adit.Cli.Terminal;
using Adit.Cli.Up;
using Adit.Gateway.Configuration;
using Adit.Gateway.Listeners;
using Adit.Gateway.State;
using Microsoft.Extensions.Logging;

namespace Adit.Cli.Serve;

/// <summary><c>adit serve</c>: the gateway in the foreground, until SIGINT or SIGTERM.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var file = new Option<string>("--config", "-c") { Description = "A configuration; only its gateway: part is run; - reads standard input", HelpName = "FILE" };
        var listen = new Option<string[]>("--listen") { Description = "Where clients arrive; may be repeated (default tcp://localhost:2222)", HelpName = "URI" };
        var keys = new Option<string[]>("--authorized-keys") { Description = "Public keys that may log in (default: authorized_keys in the state folder)", HelpName = "FILE" };
        var hostKeys = new Option<string[]>("--host-key") { Description = "A private host key; may be repeated (default: one in the state folder, made at the first start)", HelpName = "FILE" };
        var certificate = new Option<string>("--certificate") { Description = "The PEM certificate of wss and https listeners (default: a self-made one in the state folder)", HelpName = "FILE" };
        var certificateKey = new Option<string>("--certificate-key") { Description = "Its private key (default: in the certificate's file)", HelpName = "FILE" };
        var page = new Option<string>("--static") { Description = "A page or a folder that strangers get from HTTP listeners (default: 404)", HelpName = "PATH" };
        var proxies = new Option<string[]>("--trusted-proxies") { Description = "A network of proxies in front of HTTP listeners whose word about the client is believed; may be repeated", HelpName = "NETWORK" };
        var print = new Option<bool>("--print-config") { Description = "Print the configuration that this command line means, and do nothing" };
        var command = new Verb(
            "serve",
            "Run the gateway: an SSH server behind every kind of listener. Without options it listens on loopback and prints the command for a client. With -c, SIGHUP reads the file again.",
            ["adit serve", "adit serve --listen https://0.0.0.0:443/t", "adit serve --listen tcp://0.0.0.0:2222 --authorized-keys ~/.ssh/authorized_keys", "adit serve -c adit.yaml"])
        {
            file, listen, keys, hostKeys, certificate, certificateKey, page, proxies, CommonOptions.State, print, CommonOptions.ReadyFile,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            AditConfiguration Read()
            {
                AditConfiguration configuration = result.GetValue(file) is { } path ? ConfigurationFile.Load(path) : new AditConfiguration();
                GatewayConfiguration gateway = Override(
                    configuration.Gateway ?? new GatewayConfiguration(), result.GetValue(listen) ?? [], result.GetValue(keys) ?? [], result.GetValue(hostKeys) ?? [], result.GetValue(CommonOptions.State));
                gateway = OverrideWeb(gateway, result.GetValue(certificate), result.GetValue(certificateKey), result.GetValue(page), result.GetValue(proxies) ?? []);
                // Only its gateway: part is run, and printed.
                return new AditConfiguration { State = configuration.State, Gateway = gateway };
            }

            AditConfiguration configuration = Read();
            TextWriter output = result.InvocationConfiguration.Output;
            if (result.GetValue(print))
            {
                output.Write(ConfigurationWriter.Write(configuration));
                return ExitCode.Done;
            }

            using ILoggerFactory loggers = CommonOptions.CreateLoggerFactory(result, LogLevel.Information);
            string? source = result.GetValue(file);
            var options = new ServiceRunOptions
            {
                Command = "serve",
                Configuration = configuration,
                GatewayOnly = true,
                File = source,
                Reload = source is null or "-" ? null : Read,
                ReadyFile = result.GetValue(CommonOptions.ReadyFile),
                Greeting = set => ServeGreeting.Write(output, set.Gateway!, StateFolder.Open(StateFolder.Locate(configuration.Gateway!.State ?? configuration.State))),
            };
            await ServiceRun.RunAsync(options, loggers, result.InvocationConfiguration.Error, cancellationToken).ConfigureAwait(false);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The configuration with what the command line says instead.</summary>
    internal static GatewayConfiguration Override(GatewayConfiguration gateway, string[] listen, string[] authorizedKeys, string[] hostKeys, string? state)
    {
        if (listen.Length > 0) gateway = gateway with { Listen = [.. listen.Select(Listen)] };
        if (authorizedKeys.Length > 0) gateway = gateway with { AuthorizedKeys = authorizedKeys };
        if (hostKeys.Length > 0) gateway = gateway with { HostKeys = hostKeys };
        return state is null ? gateway : gateway with { State = state };
    }

    /// <summary>The same for what concerns HTTP listeners.</summary>
    internal static GatewayConfiguration OverrideWeb(GatewayConfiguration gateway, string? certificate, string? key, string? page, string[] proxies)
    {
        if (certificate is not null) gateway = gateway with { Certificate = certificate, CertificateKey = null };
        if (key is not null) gateway = gateway with { CertificateKey = key };
        if (page is not null) gateway = gateway with { Static = page };
        return proxies.Length == 0 ? gateway : gateway with { TrustedProxies = [.. proxies.Select(Network)] };
    }

    private static System.Net.IPNetwork Network(string text) => System.Net.IPNetwork.TryParse(text, out System.Net.IPNetwork network)
        ? network
        : System.Net.IPAddress.TryParse(text, out System.Net.IPAddress? address)
            ? new System.Net.IPNetwork(address, address.GetAddressBytes().Length * 8)
            : throw new UsageException($"--trusted-proxies: expected an address or a network such as 10.0.0.0/8, got '{text}'");

    private static ListenUri Listen(string text) =>
        ListenUri.TryParse(text, out ListenUri? uri, out string? why) ? uri! : throw new UsageException($"--listen: {why}");
}
