using System.Globalization;
using System.Security.Cryptography;
using Adit.Cli.Manual;
using Adit.Cli.Version;

namespace Adit.Cli.Ssh;

/// <summary>What <c>adit ssh</c> says about itself.</summary>
internal static class SshUsage
{
    /// <summary>The page: help, manual and completions are made from it.</summary>
    public static CommandPage Page { get; } = new()
    {
        Verb = "ssh",
        Purpose = "Connects to an SSH server, and carries TCP and unix sockets through it, as ssh(1) does.",
        Description =
        [
            "Keepalives are on: a server that is silent for 15 s is asked, and after three questions without an answer the connection is lost "
            + "(ServerAliveInterval, ServerAliveCountMax; ServerAliveInterval=0 asks never).",
        ],
        Synopsis = ["adit ssh [options] [user@]host [command]", "adit ssh [options] ssh://[user@]host[:port] [command]"],
        Arguments = [new("[user@]host", "", new ValueForm(ValueKind.Host)), new("command", "", new ValueForm(ValueKind.Command), Repeats: true)],
        Options = SshOptions.All,
        Examples =
        [
            new("adit ssh -N -L 8080:intranet:80 me@bastion", "http://localhost:8080/ is http://intranet/ as the bastion sees it."),
            new("adit ssh -N -D 1080 --reconnect me@bastion", "A SOCKS proxy on localhost:1080 that survives the loss of the connection."),
            new("adit ssh -N -R 2222:localhost:22 me@server", "The server's port 2222 is this machine's SSH server."),
            new("adit ssh -N -w any --apply me@gateway", "A tun device with the address and routes that the gateway leases."),
            new("adit ssh -J me@bastion -L /tmp/pg.sock:db:5432 -N me@inner", "A unix socket here is the database behind two hosts."),
            new("adit ssh -o ControlMaster=auto -o ControlPersist=60 me@server uname -a", "Run a command; use a master, or leave one behind that ends when it was idle for 60 s."),
        ],
        ExitCodes = [new("that of the command", "Where it ran."), new("0", "Done, where there was none."), new("255", "The connection or the command line failed.")],
        Environment =
        [
            new("SSH_AUTH_SOCK", "The agent's socket."),
            new("HOME, SHELL, TERM", "As ssh(1): the place of ~/.ssh, the shell of ProxyCommand and LocalCommand, the terminal's type."),
        ],
        Files =
        [
            new("~/.ssh/config", "The user's configuration, ssh_config(5)."),
            new("/etc/ssh/ssh_config", "The machine's."),
            new("~/.ssh/known_hosts", "The keys of servers; new ones are added."),
            new("/etc/ssh/ssh_known_hosts", "The machine's."),
            new("~/.ssh/id_*", "Private keys, and public keys and certificates beside them."),
        ],
        SeeAlso = ["adit(1)", "adit-keygen(1)", "ssh(1)", "ssh_config(5)"],
    };

    /// <summary>The usage, as ssh(1) prints it.</summary>
    public static string Usage => HelpText.Usage(Page, "destination [command [argument ...]]");

    /// <summary>The help.</summary>
    public static string Help => HelpText.Write(Page);

    /// <summary>The line of <c>-V</c>: like OpenSSH's, the name, the version, and the library beneath.</summary>
    public static string Version
    {
        get
        {
            if (OperatingSystem.IsWindows())
            {
                return $"Adit_{VersionCommand.Number}";
            }

            // OPENSSL_VERSION_NUMBER, OpenSSL_version(3): MNN00PP0
            long number = SafeEvpPKeyHandle.OpenSslVersion;
            return string.Create(CultureInfo.InvariantCulture, $"Adit_{VersionCommand.Number}, OpenSSL {number >> 28}.{(number >> 20) & 0xFF}.{(number >> 4) & 0xFF}");
        }
    }
}
