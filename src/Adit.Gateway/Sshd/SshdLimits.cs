using Adit.Ssh.Channels;
using Adit.Ssh.Config.Server;

namespace Adit.Gateway.Sshd;

/// <summary>What a configuration allows a client to make the server hold, and what of a configuration cannot be had.</summary>
internal static class SshdLimits
{
    public static SshConnectionLimits Of(SshdConfig config) => new()
    {
        KeepAliveInterval = config.ClientAliveInterval,
        KeepAliveCountMax = CountMax(config),
    };

    /// <summary>sshd_config(5): a ClientAliveCountMax of zero ends no connection.</summary>
    public static int CountMax(SshdConfig config) => config.ClientAliveCountMax > 0 ? config.ClientAliveCountMax : int.MaxValue;

    /// <summary>A line for each option that asks for what is not there.</summary>
    public static IEnumerable<string> Unsupported(SshdConfig config)
    {
        if (config.UsePam) yield return "UsePAM: accounts are judged by shadow(5); PAM modules are not asked";
        if (config.HostbasedAuthentication) yield return "HostbasedAuthentication: not available, refused to every client";
        if (config.Others["gssapiauthentication"] == "yes") yield return "GSSAPIAuthentication: not available, refused to every client";
        if (config.X11Forwarding) yield return "X11Forwarding: not available, refused to every client";
        if (config.ChrootDirectory is not null) yield return "ChrootDirectory: not available; whom it applies to is not let in";
        if (config.HostKeyAgent is not null) yield return "HostKeyAgent: not available, only private host keys are used";
    }
}
