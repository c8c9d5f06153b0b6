namespace Adit.Cli.Sshd;

/// <summary>What <c>adit sshd</c> says of itself.</summary>
internal static class SshdUsage
{
    /// <summary>Printed after what is wrong with a command line, as sshd(8) does.</summary>
    public const string Usage = """
        usage: adit sshd [-46DdeiqTtV] [-C connection_spec] [-c host_cert_file]
                    [-E log_file] [-f config_file] [-g login_grace_time]
                    [-h host_key_file] [-o option] [-p port] [-u len]
        """;

    /// <summary>Printed by <c>--help</c>.</summary>
    public const string Help = $$"""
        A stand-in for sshd(8), with its options and sshd_config(5).

        {{Usage}}

          -f FILE     configuration (default /etc/ssh/sshd_config)
          -o OPTION   a line of configuration, before the file's
          -p PORT     listen on this port; may be repeated
          -h FILE     a private host key; may be repeated
          -c FILE     a host certificate
          -D          stay in the foreground
          -d          serve one connection in the foreground, with debugging output
          -e, -E FILE log to standard error, or append to a file
          -i          serve one connection on standard input and output
          -t          judge the configuration and the host keys
          -T [-C ..]  print the configuration as it counts for a connection
          -g TIME     login grace time      -q  log nothing      -4, -6  one family only

        Examples:
          adit sshd -D -e -p 2222 -h host_key -f sshd_config
          ssh -o ProxyCommand='adit sshd -i -f sshd_config' host
        """;
}
