using System.Diagnostics;
using Adit.Ssh.Config;

namespace Adit.Interop.Tests.Config;

/// <summary>What <c>ssh -G</c> says, and the same words for our own resolution.</summary>
internal static class OpenSshConfigDump
{
    private static readonly Lazy<SshAlgorithmLists> OpenSshLists = new(ReadLists);

    /// <summary>The algorithms of the installed ssh, so that lists resolve against the same defaults.</summary>
    public static SshAlgorithmLists Lists => OpenSshLists.Value;

    /// <summary>Runs <c>ssh -G</c>.</summary>
    public static (int ExitCode, ILookup<string, string> Values, string Error) Run(params string[] arguments)
    {
        (int code, string output, string error) = Execute(["-G", .. arguments]);
        return (code, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ', 2)).ToLookup(w => w[0].ToLowerInvariant(), w => w.Length > 1 ? w[1] : ""), error);
    }

    /// <summary>Our resolution in the words of <c>ssh -G</c>, without those whose default is another one here.</summary>
    public static ILookup<string, string> Describe(SshConfig config)
    {
        var lines = new List<(string Key, string Value)>();
        void Add(string key, object? value)
        {
            if (value is not null) lines.Add((key, value is bool flag ? (flag ? "yes" : "no") : value.ToString()!));
        }

        Add("host", config.OriginalHost);
        Add("hostname", config.HostName);
        Add("port", config.Port);
        Add("user", config.User);
        Add("hostkeyalias", config.HostKeyAlias);
        Add("addressfamily", config.AddressFamily.ToString().ToLowerInvariant());
        Add("bindaddress", config.BindAddress);
        Add("bindinterface", config.BindInterface);
        Add("connecttimeout", config.ConnectTimeout is { } timeout ? timeout.TotalSeconds : "none");
        Add("connectionattempts", config.ConnectionAttempts);
        Add("tcpkeepalive", config.TcpKeepAlive);
        Add("serveralivecountmax", config.ServerAliveCountMax);
        if (config.ServerAliveInterval != SshConfig.DefaultServerAliveInterval) Add("serveraliveinterval", config.ServerAliveInterval.TotalSeconds);
        Add("proxyjump", config.ProxyJump.Count > 0 ? string.Join(',', config.ProxyJump) : null);
        Add("compression", config.Compression);
        Add("rekeylimit", $"{config.RekeyOctets} {config.RekeyInterval.TotalSeconds}");
        Add("ciphers", string.Join(',', config.Ciphers));
        Add("macs", string.Join(',', config.Macs));
        Add("kexalgorithms", string.Join(',', config.KexAlgorithms));
        Add("hostkeyalgorithms", string.Join(',', config.HostKeyAlgorithms));
        Add("pubkeyacceptedalgorithms", string.Join(',', config.PubkeyAcceptedAlgorithms));
        Add("identitiesonly", config.IdentitiesOnly);
        Add("pubkeyauthentication", config.PubkeyAuthentication ? "true" : "false");
        Add("passwordauthentication", config.PasswordAuthentication);
        Add("kbdinteractiveauthentication", config.KbdInteractiveAuthentication);
        Add("numberofpasswordprompts", config.NumberOfPasswordPrompts);
        Add("batchmode", config.BatchMode);
        Add("requiredrsasize", config.RequiredRsaSize);
        Add("checkhostip", config.CheckHostIP);
        Add("nohostauthenticationforlocalhost", config.NoHostAuthenticationForLocalhost);
        Add("stricthostkeychecking", config.StrictHostKeyChecking switch { StrictHostKeyChecking.Yes => "true", StrictHostKeyChecking.Off => "false", StrictHostKeyChecking.AcceptNew => "accept-new", _ => "ask" });
        Add("userknownhostsfile", config.UserKnownHostsFiles.Count > 0 ? string.Join(' ', config.UserKnownHostsFiles) : "none");
        Add("globalknownhostsfile", config.GlobalKnownHostsFiles.Count > 0 ? string.Join(' ', config.GlobalKnownHostsFiles) : "none");
        Add("hashknownhosts", config.HashKnownHosts);
        Add("updatehostkeys", config.UpdateHostKeys switch { UpdateHostKeys.Yes => "true", UpdateHostKeys.No => "false", _ => "ask" });
        Add("visualhostkey", config.VisualHostKey);
        Add("fingerprinthash", config.FingerprintHash);
        Add("clearallforwardings", config.ClearAllForwardings);
        Add("exitonforwardfailure", config.ExitOnForwardFailure);
        Add("gatewayports", config.GatewayPorts);
        Add("streamlocalbindmask", "0" + Convert.ToString(config.StreamLocalBindMask, 8));
        Add("streamlocalbindunlink", config.StreamLocalBindUnlink);
        Add("forwardagent", config.ForwardAgent);
        Add("forwardx11", config.ForwardX11);
        Add("loglevel", config.LogLevel.ToString().ToUpperInvariant().Replace("DEBUG1", "DEBUG", StringComparison.Ordinal));
        Add("requesttty", config.RequestTty switch { RequestTty.Yes => "true", RequestTty.No => "false", RequestTty.Force => "force", _ => "auto" });
        Add("remotecommand", config.RemoteCommand);
        Add("sessiontype", config.SessionType.ToString().ToLowerInvariant());
        Add("stdinnull", config.StdinNull);
        Add("forkafterauthentication", config.ForkAfterAuthentication);
        foreach (string name in config.SendEnv) Add("sendenv", name);
        foreach ((string name, string value) in config.SetEnv) Add("setenv", $"{name}={value}");
        Add("controlmaster", config.ControlMaster switch { ControlMaster.Yes => "true", ControlMaster.No => "false", ControlMaster.Auto => "auto", ControlMaster.Ask => "ask", _ => "autoask" });
        Add("controlpath", config.ControlPath);
        Add("controlpersist", config.ControlPersist switch { null => "no", { } t when t == Timeout.InfiniteTimeSpan => "yes", { } t => t.TotalSeconds.ToString("0") });
        foreach (string file in config.HasIdentityFiles ? config.IdentityFiles : []) Add("identityfile", file);
        foreach (string file in config.CertificateFiles) Add("certificatefile", file);
        foreach (LocalForward f in config.LocalForwards) Add("localforward", $"{Listen(f.Listen, f.IsBindDefault)} {Target(f.Target)}");
        foreach (RemoteForward f in config.RemoteForwards) Add("remoteforward", $"{Listen(f.Listen, f.Listen is Core.TcpDestination { Host: "localhost" })} {(f.Target is null ? "[socks]:0" : Target(f.Target))}");
        foreach (DynamicForward f in config.DynamicForwards) Add("dynamicforward", Listen(f.Listen, f.IsBindDefault));
        return lines.ToLookup(l => l.Key, l => l.Value);
    }

    private static string Listen(Core.Destination at, bool isDefault) => at switch
    {
        Core.TcpDestination tcp when isDefault => $"{tcp.Port}",
        Core.TcpDestination tcp => $"[{(tcp.Host.Length == 0 ? "*" : tcp.Host)}]:{tcp.Port}",
        _ => ((Core.UnixDestination)at).Path,
    };

    private static string Target(Core.Destination to) => to is Core.TcpDestination tcp ? $"[{tcp.Host}]:{tcp.Port}" : ((Core.UnixDestination)to).Path;

    private static SshAlgorithmLists ReadLists()
    {
        ILookup<string, string> defaults = Run("-F", "none", "x").Values;
        IReadOnlyList<string> Default(string key) => defaults[key].Single().Split(',');
        IReadOnlyList<string> All(string query) => Execute(["-Q", query]).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return new SshAlgorithmLists
        {
            Kex = Default("kexalgorithms"),
            HostKey = Default("hostkeyalgorithms"),
            Cipher = Default("ciphers"),
            Mac = Default("macs"),
            PublicKey = Default("pubkeyacceptedalgorithms"),
            Supported = new Dictionary<string, IReadOnlyList<string>>
            {
                ["ciphers"] = All("cipher"),
                ["macs"] = All("mac"),
                ["kexalgorithms"] = All("kex"),
                ["hostkeyalgorithms"] = All("HostKeyAlgorithms"),
                ["pubkeyacceptedalgorithms"] = All("PubkeyAcceptedAlgorithms"),
            },
        };
    }

    private static (int ExitCode, string Output, string Error) Execute(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("ssh") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
