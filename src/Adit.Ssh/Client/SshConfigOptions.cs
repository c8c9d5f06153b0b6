using Adit.Ssh.Channels;
using Adit.Ssh.Config;
using Adit.Ssh.KeyExchange;
using Adit.Ssh.Transport;

namespace Adit.Ssh.Client;

/// <summary>What a resolved ssh_config(5) means for a client, but for keys, host keys and passwords.</summary>
internal static class SshConfigOptions
{
    /// <summary>Makes the options. The host keys' judge is the caller's to set: this one refuses all.</summary>
    public static SshClientOptions ToClientOptions(this SshConfig config) => new()
    {
        Host = config.HostName,
        Port = config.Port,
        User = config.User,
        HostKeys = new KnownHostsPolicy(Keys.KnownHosts.FromLines([], "none")),
        PasswordAttempts = config.NumberOfPasswordPrompts,
        AuthenticationMethods = [.. config.PreferredAuthentications.Where(m => m switch
        {
            "publickey" => config.PubkeyAuthentication,
            "password" => config.PasswordAuthentication,
            "keyboard-interactive" => config.KbdInteractiveAuthentication,
            _ => false,
        })],
        UserKeyAlgorithms = config.PubkeyAcceptedAlgorithms,
        BindsToHost = config.PubkeyBindsToHost,
        Transport = new SshTransportOptions
        {
            Algorithms = new SshAlgorithms
            {
                KeyExchange = config.KexAlgorithms,
                HostKey = config.HostKeyAlgorithms,
                Cipher = config.Ciphers,
                Mac = config.Macs,
                Compression = config.Compression ? ["zlib@openssh.com", "none"] : ["none", "zlib@openssh.com"],
                UserKey = config.PubkeyAcceptedAlgorithms,
                CertificateAuthority = config.CaSignatureAlgorithms,
                RequiredRsaBits = Math.Max(config.RequiredRsaSize, 1024),
            },
            FingerprintHash = config.FingerprintHash,
            RekeyOctets = config.RekeyOctets > 0 ? config.RekeyOctets : new SshTransportOptions().RekeyOctets,
            RekeyInterval = config.RekeyInterval > TimeSpan.Zero ? config.RekeyInterval : new SshTransportOptions().RekeyInterval,
        },
        Limits = new SshConnectionLimits
        {
            KeepAliveInterval = config.ServerAliveInterval,
            KeepAliveCountMax = config.ServerAliveCountMax,
        },
        ConnectTimeout = config.ConnectTimeout ?? TimeSpan.FromSeconds(120),
    };
}
