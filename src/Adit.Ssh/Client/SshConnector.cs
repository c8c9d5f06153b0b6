using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Ssh.Config;
using Adit.Ssh.Transport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Adit.Ssh.Client;

/// <summary>
/// Opens sessions as ssh_config(5) asks: through jump hosts or a proxy command, with the keys of files and agent, known_hosts and a person to ask.
/// </summary>
public sealed partial class SshConnector
{
    /// <summary>Ours: jump hosts of jump hosts; a configuration that leads back to itself ends here.</summary>
    private const int DeepestJump = 16;

    private readonly IUserDialogue _dialogue;
    private readonly ILogger _logger;
    private readonly IStreamDialer? _first;
    private readonly SshConfigRequest _template;

    /// <summary>Makes a connector.</summary>
    /// <param name="dialogue">The person to ask and to tell.</param>
    /// <param name="logger">Debug words as ssh(1) has them; null for none.</param>
    /// <param name="first">Dials the first host; null: this machine's network, as the configuration of that host says.</param>
    /// <param name="template">The files and the environment by which jump hosts are resolved; null for the usual ones. Its host and options are left out.</param>
    public SshConnector(IUserDialogue dialogue, ILogger? logger = null, IStreamDialer? first = null, SshConfigRequest? template = null)
    {
        ArgumentNullException.ThrowIfNull(dialogue);
        _dialogue = dialogue;
        _logger = logger ?? NullLogger.Instance;
        _first = first;
        _template = template ?? new SshConfigRequest { Host = "" };
    }

    /// <summary>Connects and authenticates.</summary>
    /// <param name="config">The resolved configuration of the destination.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">A host was not reached, is not the one it should be, or does not let the user in.</exception>
    public Task<SshRoute> ConnectAsync(SshConfig config, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(config);
        return ConnectAsync(config, 0, cancellationToken);
    }

    private async Task<SshRoute> ConnectAsync(SshConfig config, int depth, CancellationToken cancellationToken)
    {
        if (depth > DeepestJump) throw new TunnelException(TunnelError.BadConfiguration, $"{config.OriginalHost}: ProxyJump: expected at most {DeepestJump} hosts, got a loop or more");
        var beneath = new List<IAsyncDisposable>();
        try
        {
            DuplexStream stream = await DialAsync(config, depth, beneath, cancellationToken).ConfigureAwait(false);
            var identities = new IdentityList(config, _dialogue, _logger);
            beneath.Insert(0, identities);
            var hostKeys = new DialogueHostKeyPolicy(config, _dialogue);
            if (stream is SocketStream socket)
            {
                hostKeys.Address = socket.RemoteEndPoint?.Address;
                if (config.TcpKeepAlive) socket.KeepAlive();
            }

            var passwords = config.BatchMode ? null : new DialoguePasswords(_dialogue, config.User, config.HostName, () => hostKeys.IsSuspect);
            SshClientOptions options = config.ToClientOptions() with
            {
                HostKeys = hostKeys,
                Identities = identities.Keys,
                Keyed = identities.AskAgentAsync,
                HostKeysAnnounced = new HostKeyUpdate(config, hostKeys, _dialogue, _logger).LearnAsync,
                Passwords = passwords,
                Banner = text => _dialogue.Tell(new string([.. text.Where(c => !char.IsControl(c) || c is '\n' or '\t')]).TrimEnd('\n')),
            };
            if (stream.IsDear)
            {
                options = SlimProfile.Of(options);
                LogSlim(_logger, config.HostName, options.Transport.Algorithms.KeyExchange[0]);
            }

            if (stream.OutlivesSilence) options = options with { Limits = options.Limits with { KeepAliveInterval = TimeSpan.Zero } };
            SshClient client = await SshClient.ConnectAsync(stream, options, _logger, cancellationToken: cancellationToken).ConfigureAwait(false);
            LogAuthenticated(_logger, config.HostName, Describe(stream), client.AuthenticationMethod);
            return new SshRoute(client, hostKeys.IsSuspect, beneath);
        }
        catch
        {
            foreach (IAsyncDisposable each in beneath) await each.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<DuplexStream> DialAsync(SshConfig config, int depth, List<IAsyncDisposable> beneath, CancellationToken cancellationToken)
    {
        if (config.ProxyJump.Count > 0)
        {
            SshRoute jump = await ConnectAsync(ResolveJump(config), depth + 1, cancellationToken).ConfigureAwait(false);
            beneath.Add(jump);
            try
            {
                return await jump.Client.DialAsync(new DialRequest(new TcpDestination(config.HostName, config.Port)), cancellationToken).ConfigureAwait(false);
            }
            catch (TunnelException e)
            {
                // Several hosts may stand on the way: which of them could not reach the next.
                string host = config.ProxyJump[^1].Host;
                throw new TunnelException(e.Error, $"{host}: {config.HostName}:{config.Port}: {e.Message}", host, e);
            }
        }

        // What was asked for on the command line stands before what a file says.
        if (config.ProxyCommand is { } command && _first is null)
        {
            LogProxyCommand(_logger, command);
            return ProxyCommandStream.Start(command);
        }

        LogConnecting(_logger, config.HostName, config.Port);
        return await DialFirstAsync(config, cancellationToken).ConfigureAwait(false);
    }

    // ssh(1)'s words for the place: an address and a port, or that there is none.
    private static string Describe(DuplexStream stream) => stream is SocketStream { RemoteEndPoint: IPEndPoint at } ? $"[{(at.Address.IsIPv4MappedToIPv6 ? at.Address.MapToIPv4() : at.Address)}]:{at.Port}" : "via proxy";

    private SshConfig ResolveJump(SshConfig config)
    {
        SshDestination last = config.ProxyJump[^1];
        var options = new List<string>();
        if (last.User is { } user) options.Add($"User \"{user}\"");
        if (last.Port is { } port) options.Add($"Port {port}");
        // The hosts before it; with none, its own configuration decides.
        if (config.ProxyJump.Count > 1) options.Add($"ProxyJump {string.Join(',', config.ProxyJump.SkipLast(1))}");
        options.Add("ClearAllForwardings yes");
        return SshConfigResolver.Resolve(new SshConfigRequest
        {
            Host = last.Host,
            Options = options,
            ConfigFile = _template.ConfigFile,
            Environment = _template.Environment,
            Algorithms = _template.Algorithms,
        });
    }

    private async Task<DuplexStream> DialFirstAsync(SshConfig config, CancellationToken cancellationToken)
    {
        IStreamDialer dialer = _first ?? new SocketDialer(
            config.ConnectTimeout,
            config.AddressFamily switch { SshAddressFamily.Inet => AddressFamily.InterNetwork, SshAddressFamily.Inet6 => AddressFamily.InterNetworkV6, _ => AddressFamily.Unspecified },
            bind: BindAddress(config));
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await dialer.DialAsync(new DialRequest(new TcpDestination(config.HostName, config.Port)), cancellationToken).ConfigureAwait(false);
            }
            catch (TunnelException e) when (_first is null)
            {
                if (e.Error != TunnelError.NameNotResolved && attempt < config.ConnectionAttempts)
                {
                    await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken).ConfigureAwait(false);
                    continue;
                }

                // The words of ssh(1), which scripts look for.
                string cause = e.Message[(e.Message.LastIndexOf(": ", StringComparison.Ordinal) + 2)..];
                throw new TunnelException(
                    e.Error,
                    e.Error == TunnelError.NameNotResolved ? $"ssh: Could not resolve hostname {config.HostName}: {cause}" : $"ssh: connect to host {config.HostName} port {config.Port}: {cause}",
                    config.OriginalHost,
                    e);
            }
        }
    }

    private static IPAddress? BindAddress(SshConfig config)
    {
        if (config.BindAddress is { } text)
        {
            return IPAddress.TryParse(text, out IPAddress? literal) ? literal : throw new TunnelException(TunnelError.BadConfiguration, $"BindAddress: expected an address, got {text}");
        }

        if (config.BindInterface is not { } name) return null;
        NetworkInterface found = Array.Find(NetworkInterface.GetAllNetworkInterfaces(), i => i.Name == name)
            ?? throw new TunnelException(TunnelError.BadConfiguration, $"BindInterface: expected the name of an interface, got {name}");
        AddressFamily family = config.AddressFamily == SshAddressFamily.Inet6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        return found.GetIPProperties().UnicastAddresses.Select(a => a.Address).FirstOrDefault(a => a.AddressFamily == family)
            ?? throw new TunnelException(TunnelError.BadConfiguration, $"BindInterface: {name}: expected an address on it, got none");
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Connecting to {Host} port {Port}.")]
    private static partial void LogConnecting(ILogger logger, string host, int port);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Host}: messages are dear: one algorithm of each kind is offered, and for the key exchange {Method} alone, which does not withstand a quantum computer.")]
    private static partial void LogSlim(ILogger logger, string host, string method);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Executing proxy command: {Command}")]
    private static partial void LogProxyCommand(ILogger logger, string command);

    [LoggerMessage(Level = LogLevel.Debug, EventName = "Verbose", Message = "Authenticated to {Host} ({Way}) using \"{Method}\".")]
    private static partial void LogAuthenticated(ILogger logger, string host, string way, string method);
}
