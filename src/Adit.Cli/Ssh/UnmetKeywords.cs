using Adit.Core;
using Adit.Ssh.Config;

namespace Adit.Cli.Ssh;

/// <summary>What a configuration asks for and is not there: each is told by name, and what security rests on ends the connection.</summary>
internal static class UnmetKeywords
{
    /// <summary>Tells them.</summary>
    /// <exception cref="TunnelException">One of them cannot be left out.</exception>
    public static void Tell(SshConfig config, SshLog log)
    {
        if (Asks(config, "pkcs11provider")) throw Refuse("PKCS11Provider", "keys on PKCS#11 tokens");
        if (config.ProxyUseFdPass && config.ProxyCommand is not null) throw Refuse("ProxyUseFdpass", "a socket passed by the proxy command");
        if (config.ForwardX11) log.Info("Warning: ForwardX11: X11 forwarding is not there yet; going on without it.");
        if (config.AsWritten.GetValueOrDefault("verifyhostkeydns") is { } dns && dns.ToLowerInvariant() is not ("no" or "false"))
        {
            log.Info("Warning: VerifyHostKeyDNS: host keys in the DNS are not there yet; known_hosts decides.");
        }

        if (Asks(config, "hostbasedauthentication")) log.Debug("HostbasedAuthentication is not there yet; other methods are tried.");
        if (Asks(config, "gssapiauthentication")) log.Debug("GSSAPIAuthentication is not there yet; other methods are tried.");
    }

    private static bool Asks(SshConfig config, string keyword) => config.AsWritten.GetValueOrDefault(keyword) is { } text && text.ToLowerInvariant() is not ("no" or "false" or "none");

    private static TunnelException Refuse(string keyword, string what) => new(TunnelError.NotSupported, $"adit ssh: {keyword}: {what}: not there yet");
}
