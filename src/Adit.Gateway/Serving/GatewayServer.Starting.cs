using Adit.Core;
using Adit.Gateway.Admission;
using Adit.Gateway.Configuration;
using Adit.Gateway.Configuration.Rules;
using Adit.Gateway.Leases;
using Adit.Gateway.Listeners;
using Adit.Gateway.Permissions;
using Adit.Gateway.State;
using Adit.Gateway.Tunnels;
using Adit.Platform.Libc;
using Adit.Ssh.Channels;
using Adit.Ssh.Keys;
using Adit.Ssh.KeyExchange;
using Adit.Ssh.Server;
using Adit.Ssh.Transport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Adit.Gateway.Serving;

/// <summary>From a configuration to a running gateway.</summary>
public sealed partial class GatewayServer
{
    /// <summary>Where a gateway listens that was told nothing.</summary>
    public static ListenUri DefaultListen { get; } = new("tcp", "localhost", 2222);

    /// <summary>Reads keys, opens the state folder, binds every listener and starts to serve.</summary>
    /// <param name="configuration">What to serve.</param>
    /// <param name="state">The state folder.</param>
    /// <param name="loggers">Where to log; null for nowhere.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    /// <returns>The gateway, which the caller owns.</returns>
    /// <exception cref="TunnelException">A key, a folder or an address cannot be used, or the configuration asks for what this process may not do.</exception>
    public static async Task<GatewayServer> StartAsync(
        GatewayConfiguration configuration, StateFolder state, ILoggerFactory? loggers = null, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(state);
        time ??= TimeProvider.System;
        ILogger logger = loggers?.CreateLogger("gateway") ?? NullLogger.Instance;
        RefuseWhatIsWrong(configuration);
        if (configuration.AuthorizedKeys.Count == 0) state.MakeAuthorizedKeys();
        List<SshPrivateKey> hostKeys = LoadHostKeys(configuration, state);
        var listeners = new List<IGatewayListener>();
        try
        {
            LifelineGatewayListener lifelines = await GatewayListeners.StartAsync(configuration, state, listeners, loggers, time, cancellationToken).ConfigureAwait(false);

            var context = new GatewayContext
            {
                Configuration = configuration,
                Server = ServerOptions(configuration, hostKeys),
                AuthorizedKeys = AuthorizedKeysOf(configuration, state, logger),
                NeverReachable = [FileStatus.ResolvePath(state.Path) ?? state.Path],
                Lifelines = lifelines.Acceptor,
                Leases = new ReverseListenerLeases(configuration.Takeover, time),
                Tunnels = TunnelHost.Create(configuration.Tunnels, state, logger, time),
                Logger = logger,
                Time = time,
            };
            // The grace time itself is kept by the SSH server, which tells the client.
            var gate = new ConnectionGate(
                new StartupLimiter(configuration.MaxStartups), new SourcePenalties(configuration.Penalties, time), configuration.Penalties, TimeSpan.Zero, time);
            return new GatewayServer(context, gate, listeners, hostKeys);
        }
        catch
        {
            foreach (IGatewayListener listener in listeners)
            {
                await listener.DisposeAsync().ConfigureAwait(false);
                await listener.ReleaseAsync().ConfigureAwait(false);
            }

            hostKeys.ForEach(k => k.Dispose());
            throw;
        }
    }

    private static List<SshPrivateKey> LoadHostKeys(GatewayConfiguration configuration, StateFolder state)
    {
        var keys = new List<SshPrivateKey>();
        try
        {
            foreach (string path in configuration.HostKeys)
            {
                SshPrivateKey key = SshPrivateKey.Load(HomePath.Expand(path));
                keys.Add(key);
                if (keys.Any(k => k != key && k.PublicKey.KeyType == key.PublicKey.KeyType))
                {
                    throw new TunnelException(TunnelError.BadConfiguration, $"{path}: host-key: expected one key of a type, got a second {key.PublicKey.KeyType}");
                }
            }

            if (keys.Count == 0) keys.Add(state.LoadOrMakeHostKey(out _));
            return keys;
        }
        catch
        {
            keys.ForEach(k => k.Dispose());
            throw;
        }
    }

    private static List<AuthorizedKeysFile> AuthorizedKeysOf(GatewayConfiguration configuration, StateFolder state, ILogger logger)
    {
        if (configuration.AuthorizedKeys.Count == 0) return [new AuthorizedKeysFile(state.AuthorizedKeysFile, state.Path, logger)];
        string? home = Environment.GetEnvironmentVariable("HOME");
        return [.. configuration.AuthorizedKeys.Select(path =>
        {
            string full = Path.GetFullPath(HomePath.Expand(path));
            string? upTo = home is { Length: > 1 } && full.StartsWith(home.TrimEnd('/') + "/", StringComparison.Ordinal) ? home : null;
            return new AuthorizedKeysFile(full, upTo, logger);
        })];
    }

    // The certificate of a host key lies beside it, where ssh-keygen -s puts it.
    private static List<ISshSigner> WithCertificates(GatewayConfiguration configuration, IReadOnlyList<SshPrivateKey> hostKeys, SshAlgorithms algorithms)
    {
        foreach (SshPrivateKey key in hostKeys)
        {
            if (key.PublicKey.IsTooShort(algorithms.RequiredRsaBits))
            {
                throw new TunnelException(TunnelError.BadConfiguration, $"gateway.host-key: {key.PublicKey.Fingerprint}: expected {algorithms.RequiredRsaBits} bits of RSA for this profile, got {key.PublicKey.Bits}");
            }
        }

        var signers = new List<ISshSigner>();
        foreach (string path in configuration.HostKeys.Select(p => HomePath.Expand(p) + "-cert.pub").Where(File.Exists))
        {
            string? why;
            SshPublicKey? key = null;
            try
            {
                _ = SshPublicKey.TryParse(File.ReadAllText(path), out key, out _, out why);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                why = e.Message;
            }

            SshPrivateKey? signer = key is SshCertificate { Kind: CertificateKind.Host } found ? hostKeys.FirstOrDefault(k => found.Certified.Equals(k.PublicKey)) : null;
            if (signer is null) throw new TunnelException(TunnelError.BadConfiguration, $"{path}: host-key: expected a host certificate for the key beside it, got {why ?? "another"}");
            signers.Add(new CertificateSigner((SshCertificate)key!, signer));
        }

        return [.. signers, .. hostKeys];
    }

    private static SshServerOptions ServerOptions(GatewayConfiguration configuration, IReadOnlyList<SshPrivateKey> hostKeys) => new()
    {
        HostKeys = WithCertificates(configuration, hostKeys, AlgorithmsOf(configuration)),
        Transport = new SshTransportOptions { Algorithms = AlgorithmsOf(configuration) },
        Limits = new SshConnectionLimits
        {
            Channels = configuration.MaxChannels,
            PendingOpens = Math.Min(configuration.MaxChannels, 1024),
            KeepAliveInterval = configuration.ClientAliveInterval,
            KeepAliveCountMax = configuration.ClientAliveCountMax,
        },
        MaxAuthTries = configuration.MaxAuthTries,
        LoginGraceTime = configuration.LoginGraceTime,
    };

    private static SshAlgorithms AlgorithmsOf(GatewayConfiguration configuration)
    {
        SshAlgorithms profile = configuration.Profile == AlgorithmProfile.Compat ? SshAlgorithms.Default : SshAlgorithms.Hardened;
        return profile with
        {
            KeyExchange = configuration.KeyExchanges ?? profile.KeyExchange,
            Cipher = configuration.Ciphers ?? profile.Cipher,
            Mac = configuration.Macs ?? profile.Mac,
        };
    }

    private static void RefuseWhatIsWrong(GatewayConfiguration configuration)
    {
        foreach ((string path, string message) in ConfigurationRules.Check(new AditConfiguration { Gateway = configuration }))
        {
            throw new TunnelException(TunnelError.BadConfiguration, $"{path}: {message}");
        }

        if (configuration.Shell == ShellMode.Login && FileStatus.CurrentUser != 0)
        {
            throw new TunnelException(TunnelError.BadConfiguration, $"gateway.shell: login: expected the gateway to run as root, got user {FileStatus.CurrentUser}");
        }
    }
}
