using System.CommandLine;
using Adit.Cli.CommandLine;
using Adit.Cli.Terminal;
using Adit.Core;
using Adit.Gateway.Configuration;
using Adit.Gateway.Listeners;
using Adit.Gateway.Serving;
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
        var state = new Option<string>("--state") { Description = "The state folder (default: $ADIT_STATE, else /var/lib/adit for root, else ~/.local/state/adit)", HelpName = "DIR" };
        var print = new Option<bool>("--print-config") { Description = "Print the configuration that this command line means, and do nothing" };
        var ready = new Option<string>("--ready-file") { Description = "Write the line 'ready …' to this file too, once connections are accepted", HelpName = "PATH" };
        var command = new Verb(
            "serve",
            "Run the gateway: an SSH server behind every kind of listener. Without options it listens on loopback and prints the command for a client.",
            ["adit serve", "adit serve --listen https://0.0.0.0:443/t", "adit serve --listen tcp://0.0.0.0:2222 --authorized-keys ~/.ssh/authorized_keys", "adit serve -c adit.yaml"])
        {
            file, listen, keys, hostKeys, certificate, certificateKey, page, proxies, state, print, ready,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            AditConfiguration configuration = result.GetValue(file) is { } path ? ConfigurationFile.Load(path) : new AditConfiguration();
            GatewayConfiguration gateway = Override(
                configuration.Gateway ?? new GatewayConfiguration(), result.GetValue(listen) ?? [], result.GetValue(keys) ?? [], result.GetValue(hostKeys) ?? [], result.GetValue(state));
            gateway = OverrideWeb(gateway, result.GetValue(certificate), result.GetValue(certificateKey), result.GetValue(page), result.GetValue(proxies) ?? []);
            TextWriter output = result.InvocationConfiguration.Output;
            if (result.GetValue(print))
            {
                output.Write(ConfigurationWriter.Write(configuration with { Gateway = gateway }));
                return ExitCode.Done;
            }

            using ILoggerFactory loggers = CommonOptions.CreateLoggerFactory(result, LogLevel.Information);
            await RunAsync(gateway, loggers, output, result.InvocationConfiguration.Error, result.GetValue(ready), cancellationToken).ConfigureAwait(false);
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

    private static async Task RunAsync(GatewayConfiguration gateway, ILoggerFactory loggers, TextWriter output, TextWriter error, string? readyFile, CancellationToken cancellationToken)
    {
        StateFolder state = StateFolder.Open(StateFolder.Locate(gateway.State));
        await using GatewayServer server = await GatewayServer.StartAsync(gateway, state, loggers, null, cancellationToken).ConfigureAwait(false);
        ServeGreeting.Write(output, server, state);
        string ready = $"ready {string.Join(' ', server.Listening)}";
        if (readyFile is not null) WriteReadyFile(readyFile, ready);
        await error.WriteLineAsync(ready).ConfigureAwait(false);
        await error.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (readyFile is not null) File.Delete(readyFile);
    }

    private static ListenUri Listen(string text) =>
        ListenUri.TryParse(text, out ListenUri? uri, out string? why) ? uri! : throw new UsageException($"--listen: {why}");

    // Whoever waits for the file finds the whole line in it.
    private static void WriteReadyFile(string path, string line)
    {
        try
        {
            string early = $"{path}.{Environment.ProcessId}";
            File.WriteAllText(early, line + "\n");
            File.Move(early, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TunnelException(TunnelError.BadConfiguration, $"{path}: ready file: expected a place that can be written, got {e.Message}", inner: e);
        }
    }
}
