using Adit.Cli.Manual;
using Adit.Ssh.Config;

namespace Adit.Cli.Ssh;

/// <summary>The options of <c>adit ssh</c>: what its parser takes, and what its help, manual and completions say. Placeholders are those of ssh(1).</summary>
internal static class SshOptions
{
    private const string Tunnels = "Tunnels";
    private const string Path = "Path";
    private const string Who = "Who";
    private const string Sharing = "Sharing a connection, with ssh(1) too";
    private const string Session = "Session";
    private const string Configuration = "Configuration and log";

    /// <summary>All of them, in the order of the help.</summary>
    public static IReadOnlyList<CommandOption> All { get; } =
    [
        With("-L", "[bind_address:]port:host:hostport", Tunnels, "Listen here; the server connects to host:hostport. A unix socket's path may stand on either side.", repeats: true),
        With("-R", "[bind_address:]port[:host:hostport]", Tunnels, "Listen at the server; this side connects to host:hostport, or serves SOCKS clients where none is given. Port 0 lets the server choose.", repeats: true),
        With("-D", "[bind_address:]port", Tunnels, "Listen here for SOCKS 4, 4a and 5 clients.", repeats: true),
        With("-W", "host:port", Tunnels, "Connect standard input and output with host:port."),
        Switch("-g", Tunnels, "Let other hosts connect to -L and -D without a bind address."),
        Switch("-N", Tunnels, "Run no command: tunnels only."),
        With("-w", "local_tun[:remote_tun]", Tunnels, "A tun device here, joined with one at the server: numbers, or any. A tap device with -o Tunnel=ethernet."),

        With("-J", "[user@]host[:port][,...]", Path, "Go through these hosts, nearest first."),
        With("--via", "HOP", Path, "Go through a hop, such as ssh://me@bastion; repeat it, nearest first.", repeats: true),
        Switch("--reconnect", Path, "Make a lost connection, and its tunnels, again."),
        Switch("-4", Path, "Use IPv4 only."),
        Switch("-6", Path, "Use IPv6 only."),
        With("-b", "bind_address", Path, "Connect from this address."),
        With("-B", "bind_interface", Path, "Connect from this interface's address."),
        With("-p", "port", Path, "The server's port (default 22)."),
        Switch("-C", Path, "Compress."),
        With("-c", "cipher_spec", Path, "Ciphers in the order to try, with commas between; +, - or ^ before the first changes the usual list.") with
        {
            Values = () => new(ValueKind.List, SshAlgorithmLists.Default.Cipher),
        },
        With("-m", "mac_spec", Path, "MACs in the order to try, with commas between.") with { Values = () => new(ValueKind.List, SshAlgorithmLists.Default.Mac) },

        With("-l", "login_name", Who, "The user name at the server (default: yours here)."),
        With("-i", "identity_file", Who, "A private key; repeat it for more.", repeats: true),
        With("-I", "pkcs11", Who, "A PKCS#11 library.") with { NotThereYet = "PKCS#11" },
        Switch("-A", Who, "Forward the agent: programs at the server may use its keys."),
        Switch("-a", Who, "Do not forward the agent."),
        Switch("-k", Who, "Accepted: GSSAPI credentials are not forwarded anyway."),
        Switch("-K", Who, "Use GSSAPI authentication.") with { NotThereYet = "GSSAPI authentication" },

        Switch("-M", Sharing, "Be the master on the control socket; twice: ask before each use.", repeats: true),
        With("-S", "ctl_path", Sharing, "The control socket; none for none. Without -M: use the master there. See ControlMaster and ControlPersist for masters that come and go by themselves."),
        With("-O", "ctl_cmd", Sharing, "Tell the master: check, forward or cancel (with -L, -R, -D), stop, exit.") with
        {
            Values = () => new(ValueKind.Choice, "check", "forward", "cancel", "exit", "stop"),
        },
        Switch("-f", Sharing, "Go to the background once the connection and its forwards stand."),

        Switch("-t", Session, "Ask for a terminal; twice: even without one here.", repeats: true),
        Switch("-T", Session, "No terminal."),
        Switch("-n", Session, "Nothing from standard input."),
        Switch("-s", Session, "The command is the name of a subsystem."),
        With("-e", "escape_char", Session, "The escape character of a terminal (default ~); none for none."),
        Switch("-X", Session, "Forward X11.") with { NotThereYet = "X11 forwarding" },
        Switch("-x", Session, "Accepted: X11 is not forwarded anyway."),
        Switch("-Y", Session, "Forward X11, trusted.") with { NotThereYet = "X11 forwarding" },

        With("-F", "configfile", Configuration, "Read this file instead of ~/.ssh/config and /etc/ssh/ssh_config; none reads neither."),
        With("-o", "option", Configuration, "Keyword=value, any keyword of ssh_config(5); the first value of a keyword wins.", repeats: true) with
        {
            Values = () => new(ValueKind.Keyword),
        },
        Switch("-G", Configuration, "Print the configuration for the host, and do nothing."),
        With("-Q", "query_option", Configuration, "List the algorithms of a kind; help lists the kinds.") with
        {
            Values = () => new(ValueKind.Choice, [.. SshQuery.Kinds, "help"]),
        },
        Switch("-v", Configuration, "Say what happens; up to three times.", repeats: true),
        Switch("-q", Configuration, "Say less."),
        With("-E", "log_file", Configuration, "Log to a file."),
        Switch("-y", Configuration, "Log to syslog."),
        With("--log-format", "text|json", Configuration, "The form of the log (default text)."),
        Switch("-V", Configuration, "Print the version."),
        Switch("--help", Configuration, "Print this help."),
    ];

    private static CommandOption Switch(string name, string group, string description, bool repeats = false) =>
        new([name], null, description) { Group = group, Repeats = repeats };

    private static CommandOption With(string name, string placeholder, string group, string description, bool repeats = false) =>
        new([name], placeholder, description) { Group = group, Repeats = repeats };
}
