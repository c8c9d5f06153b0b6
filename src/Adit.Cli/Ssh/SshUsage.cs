using System.Globalization;
using System.Security.Cryptography;
using Adit.Cli.Version;

namespace Adit.Cli.Ssh;

/// <summary>What <c>adit ssh</c> says about itself.</summary>
internal static class SshUsage
{
    /// <summary>The usage, as ssh(1) prints it.</summary>
    public const string Usage = """
        usage: adit ssh [-46aCfgkMNnqTVvx] [-B bind_interface] [-b bind_address]
                   [-c cipher_spec] [-D [bind_address:]port] [-E log_file]
                   [-e none] [-F configfile] [-i identity_file]
                   [-J [user@]host[:port]] [-L address] [-l login_name]
                   [-m mac_spec] [-O check|forward|cancel|exit|stop]
                   [-o option] [-p port] [-R address] [-S ctl_path]
                   [-W host:port] [--via hop] [--reconnect]
                   [--log-format text|json] destination [command [argument ...]]
        Try 'adit ssh --help'.
        """;

    /// <summary>The help.</summary>
    public const string Help = """
        Connects to an SSH server and carries TCP connections and unix sockets through it, as ssh(1) does.

        Usage: adit ssh [options] [user@]host [command]
               adit ssh [options] ssh://[user@]host[:port] [command]

        Tunnels:
          -L [bind:]port:host:hostport   Listen here; the server connects to host:hostport.
                                         A unix socket's path may stand on either side.
          -R [bind:]port:host:hostport   Listen at the server; this side connects to host:hostport.
                                         Port 0 lets the server choose.
          -R [bind:]port                 Listen at the server for SOCKS clients.
          -D [bind:]port                 Listen here for SOCKS 4, 4a and 5 clients.
          -W host:port                   Connect standard input and output with host:port.
          -g                             Let other hosts connect to -L and -D without a bind address.
          -N                             Run no command: tunnels only.

        Path:
          -J [user@]host[:port][,...]    Go through these hosts, nearest first.
          --via HOP                      Go through a hop, such as ssh://me@bastion; repeat it, nearest first.
          --reconnect                    Make a lost connection, and its tunnels, again.
          -4, -6                         Use IPv4 only, or IPv6 only.
          -b ADDRESS, -B INTERFACE       Connect from this address, or this interface's.
          -p PORT                        The server's port (22).
          -C                             Compress.
          -c CIPHERS, -m MACS            Ciphers and MACs in the order to try, with commas between.

        Who:
          -l USER                        The user name at the server.
          -i FILE                        A private key; repeat it for more.

        Sharing a connection, with ssh(1) too:
          -M                             Be the master on the control socket; twice: ask before each use.
          -S PATH                        The control socket; none for none. Without -M: use the master there.
          -O COMMAND                     Tell the master: check, forward, cancel (with -L, -R, -D), stop, exit.
          -o ControlMaster=auto -o ControlPersist=60
                                         Use a master, or leave one behind that ends when it was idle for 60 s.
          -f                             Go to the background once the connection and its forwards stand.

        Session and configuration:
          -T, -n                         No terminal; nothing from standard input.
          -F FILE                        Read FILE instead of ~/.ssh/config and /etc/ssh/ssh_config; none reads neither.
          -o Keyword=value               Any keyword of ssh_config(5); the first value of a keyword wins.
          -v, -vv, -vvv                  Say what happens.
          -q                             Say less.
          -E FILE                        Log to FILE.
          --log-format text|json         The form of the log.
          -V                             Print the version.
          -a, -k, -x, -e none            Accepted: what they switch off is off.

        Keepalives are on: a server that is silent for 15 s is asked, and after three questions without an answer the
        connection is lost (ServerAliveInterval, ServerAliveCountMax; ServerAliveInterval=0 asks never).

        The exit code is that of the command, or 255 where the connection or the command line failed.

        Examples:
          adit ssh -N -L 8080:intranet:80 me@bastion
              http://localhost:8080/ is http://intranet/ as the bastion sees it.
          adit ssh -N -D 1080 --reconnect me@bastion
              A SOCKS proxy on localhost:1080 that survives the loss of the connection.
          adit ssh -N -R 2222:localhost:22 me@server
              The server's port 2222 is this machine's SSH server.
          adit ssh -J me@bastion -L /tmp/pg.sock:db:5432 -N me@inner
              A unix socket here is the database behind two hosts.
          adit ssh me@server uname -a
              Run a command.
        """;

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
