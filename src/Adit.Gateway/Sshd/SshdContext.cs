using Adit.Gateway.Admission;
using Adit.Ssh.Config;
using Adit.Ssh.Config.Server;
using Adit.Ssh.KeyExchange;
using Adit.Ssh.Keys;
using Adit.Ssh.Server;
using Adit.Ssh.Transport;

namespace Adit.Gateway.Sshd;

/// <summary>What the connections of one reading of the configuration share; a reload makes a new one, and old connections keep theirs. Immutable.</summary>
internal sealed class SshdContext
{
    /// <summary>Reads and judges everything a start can fail at but listening.</summary>
    /// <exception cref="Core.TunnelException">The configuration is wrong, or no host key can be used.</exception>
    public SshdContext(SshdOptions options, ISshdLog log, TimeProvider time)
    {
        Log = log;
        Time = time;
        Configuration = SshdConfiguration.Load(options.Configuration);
        Config = options.LoginGraceTime is { } grace ? Configuration.Server with { LoginGraceTime = grace } : Configuration.Server;
        if (!options.KeepsLogLevel) log.Level = Config.LogLevel;
        foreach (string warning in Configuration.Warnings) log.Write(SshLogLevel.Info, warning);
        foreach (string warning in SshdLimits.Unsupported(Config)) log.Write(SshLogLevel.Info, warning);
        HostKeys = SshdHostKeys.Load(options, Config, log);
        Server = new SshServerOptions
        {
            HostKeys = [.. SshdHostKeys.Certificates(options, Config, HostKeys, log), .. HostKeys],
            Transport = new SshTransportOptions
            {
                Algorithms = Algorithms(Config),
                SoftwareVersion = new SshTransportOptions().SoftwareVersion,
                Comment = Config.VersionAddendum,
            },
            Limits = SshdLimits.Of(Config),
            MaxAuthTries = Config.MaxAuthTries,
            LoginGraceTime = Config.LoginGraceTime,
        };
        PenaltyOptions penalties = SshdPenalties.Of(Config);
        var sources = Config.PerSourceMaxStartups is { } most ? new SourceStartups(most, Config.PerSourceNetBlockSize.IPv4, Config.PerSourceNetBlockSize.IPv6) : null;
        // The grace time itself is kept by the SSH server, which tells the client.
        Gate = new ConnectionGate(
            new StartupLimiter(new StartupLimits(Config.MaxStartups.Start, Config.MaxStartups.Rate, Math.Min(Config.MaxStartups.Full, StartupLimits.MaxFull))),
            new SourcePenalties(penalties, time), penalties, TimeSpan.Zero, time, sources);
    }

    public ISshdLog Log { get; }

    public TimeProvider Time { get; }

    public SshdConfiguration Configuration { get; }

    public SshdConfig Config { get; }

    public IReadOnlyList<SshPrivateKey> HostKeys { get; }

    public SshServerOptions Server { get; }

    public ConnectionGate Gate { get; }

    private static SshAlgorithms Algorithms(SshdConfig config) => SshAlgorithms.Default with
    {
        KeyExchange = config.KexAlgorithms,
        HostKey = config.HostKeyAlgorithms,
        Cipher = config.Ciphers,
        Mac = config.Macs,
        Compression = config.Compression ? ["none", "zlib@openssh.com"] : ["none"],
        UserKey = config.PubkeyAcceptedAlgorithms,
        CertificateAuthority = config.CaSignatureAlgorithms,
        RequiredRsaBits = config.RequiredRsaSize,
    };
}
