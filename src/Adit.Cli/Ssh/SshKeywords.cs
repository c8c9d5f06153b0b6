using Adit.Cli.Manual;
using Adit.Ssh.Config;

namespace Adit.Cli.Ssh;

/// <summary>The keywords of ssh_config(5) that have an effect, spelt as there, and the values that shells offer after them.</summary>
internal static class SshKeywords
{
    private static readonly ValueForm File = new(ValueKind.File);
    private static readonly ValueForm Flag = new(ValueKind.Choice, "yes", "no");

    /// <summary>All of them, by name.</summary>
    public static IReadOnlyList<(string Name, ValueForm Value)> All
    {
        get
        {
            SshAlgorithmLists lists = SshAlgorithmLists.Default;
            return
            [
                ("AddKeysToAgent", Choice("yes", "no", "ask", "confirm")), ("AddressFamily", Choice("any", "inet", "inet6")), ("AditProfile", Choice("compat", "hardened")), ("BatchMode", Flag),
                ("BindAddress", ValueForm.Text), ("BindInterface", new(ValueKind.Interface)), ("CASignatureAlgorithms", List([.. lists.PublicKey.Where(IsPlain)])),
                ("CanonicalDomains", ValueForm.Text), ("CanonicalizeFallbackLocal", Flag), ("CanonicalizeHostname", Choice("yes", "no", "always")),
                ("CanonicalizeMaxDots", ValueForm.Text), ("CanonicalizePermittedCNAMEs", ValueForm.Text), ("CertificateFile", File), ("CheckHostIP", Flag),
                ("Ciphers", List(lists.Cipher)), ("ClearAllForwardings", Flag), ("Compression", Flag), ("ConnectTimeout", ValueForm.Text),
                ("ConnectionAttempts", ValueForm.Text), ("ControlMaster", Choice("yes", "no", "ask", "auto", "autoask")), ("ControlPath", File),
                ("ControlPersist", Flag), ("DynamicForward", ValueForm.Text), ("EnableEscapeCommandline", Flag), ("EscapeChar", ValueForm.Text),
                ("ExitOnForwardFailure", Flag), ("FingerprintHash", Choice("sha256", "md5")), ("ForkAfterAuthentication", Flag), ("ForwardAgent", Flag),
                ("GatewayPorts", Flag), ("GlobalKnownHostsFile", File), ("HashKnownHosts", Flag),
                ("HostKeyAlgorithms", List(lists.HostKey)), ("HostKeyAlias", ValueForm.Text), ("HostName", new(ValueKind.Host)), ("IdentitiesOnly", Flag),
                ("IdentityAgent", File), ("IdentityFile", File), ("IgnoreUnknown", ValueForm.Text), ("KbdInteractiveAuthentication", Flag),
                ("KexAlgorithms", List(lists.Kex)), ("KnownHostsCommand", ValueForm.Text), ("LocalCommand", ValueForm.Text), ("LocalForward", ValueForm.Text),
                ("LogLevel", Choice("QUIET", "FATAL", "ERROR", "INFO", "VERBOSE", "DEBUG", "DEBUG1", "DEBUG2", "DEBUG3")), ("LogVerbose", ValueForm.Text),
                ("MACs", List(lists.Mac)), ("NoHostAuthenticationForLocalhost", Flag), ("NumberOfPasswordPrompts", ValueForm.Text),
                ("PasswordAuthentication", Flag), ("PermitLocalCommand", Flag), ("PermitRemoteOpen", ValueForm.Text), ("Port", ValueForm.Text),
                ("PreferredAuthentications", new(ValueKind.List, "publickey", "keyboard-interactive", "password")), ("ProxyCommand", ValueForm.Text),
                ("ProxyJump", new(ValueKind.Hosts)), ("ProxyUseFdpass", Flag), ("PubkeyAcceptedAlgorithms", List(lists.PublicKey)),
                ("PubkeyAuthentication", Choice("yes", "no", "unbound", "host-bound")), ("RekeyLimit", ValueForm.Text), ("RemoteCommand", ValueForm.Text),
                ("RemoteForward", ValueForm.Text), ("RequestTTY", Choice("yes", "no", "force", "auto")), ("RequiredRSASize", ValueForm.Text),
                ("RevokedHostKeys", File), ("SendEnv", ValueForm.Text), ("ServerAliveCountMax", ValueForm.Text), ("ServerAliveInterval", ValueForm.Text),
                ("SessionType", Choice("none", "subsystem", "default")), ("SetEnv", ValueForm.Text), ("StdinNull", Flag), ("StreamLocalBindMask", ValueForm.Text),
                ("StreamLocalBindUnlink", Flag), ("StrictHostKeyChecking", Choice("yes", "no", "ask", "accept-new", "off")), ("TCPKeepAlive", Flag),
                ("Tag", ValueForm.Text), ("Tunnel", Choice("yes", "point-to-point", "ethernet", "no")), ("TunnelDevice", ValueForm.Text), ("UpdateHostKeys", Choice("yes", "no", "ask")), ("User", new(ValueKind.User)),
                ("UserKnownHostsFile", File), ("VisualHostKey", Flag),
            ];
        }
    }

    private static ValueForm Choice(params IReadOnlyList<string> words) => new(ValueKind.Choice, words);

    private static ValueForm List(IReadOnlyList<string> words) => new(ValueKind.List, words);

    private static bool IsPlain(string name) => !name.Contains("-cert-", StringComparison.Ordinal);
}
