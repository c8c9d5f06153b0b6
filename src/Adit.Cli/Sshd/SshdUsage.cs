using Adit.Cli.Manual;

namespace Adit.Cli.Sshd;

/// <summary>What <c>adit sshd</c> says of itself.</summary>
internal static class SshdUsage
{
    /// <summary>The page: parser, help, manual and completions go by it. Placeholders are those of sshd(8).</summary>
    public static CommandPage Page { get; } = new()
    {
        Verb = "sshd",
        Section = 8,
        Purpose = "Serves SSH in the place of sshd(8), with its options and its configuration.",
        Description = ["Without -D, -d or -i it goes to the background once it listens. SIGHUP reads the configuration again."],
        Synopsis = ["adit sshd [options]"],
        Options =
        [
            With("-f", "config_file", "The configuration (default /etc/ssh/sshd_config)."),
            With("-o", "option", "A line of configuration, Keyword=value, before the file's; may be repeated.", repeats: true),
            With("-p", "port", "Listen on this port instead of the configuration's (default 22); may be repeated.", repeats: true),
            With("-h", "host_key_file", "A private host key; may be repeated.", repeats: true),
            With("-c", "host_cert_file", "A certificate of a host key; may be repeated.", repeats: true),
            With("-g", "login_grace_time", "The time for a login, in seconds or as 2m (default 120); 0 for no end."),
            Switch("-4", "Use IPv4 only."),
            Switch("-6", "Use IPv6 only."),
            Switch("-D", "Stay in the foreground."),
            Switch("-d", "Serve one connection in the foreground, and say what happens; up to three times.", repeats: true),
            Switch("-i", "Serve one connection on standard input and output."),
            Switch("-e", "Log to standard error."),
            With("-E", "log_file", "Append the log to a file."),
            Switch("-q", "Log nothing."),
            Switch("-t", "Judge the configuration and the host keys, and do nothing."),
            Switch("-T", "Print the configuration as it counts for the connection of -C, and do nothing."),
            With("-C", "connection_spec", "The connection for -T: user=, host=, addr=, laddr=, lport=, rdomain=, with commas between."),
            With("-u", "len", "Accepted: the length of host names in utmp."),
            Switch("-V", "Print the version."),
            Switch("--help", "Print this help."),

            // Of protocol 1 and of sshd(8)'s own processes: taken without a word.
            With("-b", "bits", ""), With("-k", "time", ""), Switch("-Q", ""), Switch("-r", ""), Switch("-R", ""),
        ],
        Examples =
        [
            new("adit sshd -D -e -p 2222 -h host_key -f sshd_config", "In the foreground, with a host key and a configuration of its own."),
            new("adit sshd -T -C user=me,host=laptop,addr=192.0.2.7", "What counts for a user from an address."),
            new("ssh -o ProxyCommand='adit sshd -i -f sshd_config' host", "A server for one connection, without a port."),
        ],
        ExitCodes =
        [
            new("0", "Done; by SIGTERM, too."), new("1", "The command line is wrong, or there is no host key."),
            new("255", "The configuration is wrong, or the server could not listen or was stopped by another signal."),
        ],
        Files =
        [
            new("/etc/ssh/sshd_config", "The configuration, sshd_config(5)."), new("/etc/ssh/ssh_host_*_key", "Private host keys."),
            new("~/.ssh/authorized_keys", "The keys that may log in to an account."),
        ],
        SeeAlso = ["adit(1)", "adit-serve(1)", "adit-keygen(1)", "sshd(8)", "sshd_config(5)"],
    };

    /// <summary>Printed after what is wrong with a command line, as sshd(8) does.</summary>
    public static string Usage => HelpText.Usage(Page, "");

    /// <summary>Printed by <c>--help</c>.</summary>
    public static string Help => HelpText.Write(Page);

    private static CommandOption Switch(string name, string description, bool repeats = false) => new([name], null, description) { Repeats = repeats };

    private static CommandOption With(string name, string placeholder, string description, bool repeats = false) => new([name], placeholder, description) { Repeats = repeats };
}
