using System.Globalization;
using System.Net;
using Adit.Gateway.Sshd;
using Adit.Ssh.Config;
using Adit.Ssh.Config.Server;

namespace Adit.Cli.Sshd;

/// <summary>A command line of <c>adit sshd</c>, understood: sshd(8)'s own getopt, letters in a cluster, values glued or apart.</summary>
internal sealed record SshdCommandLine
{
    private static readonly string Flags = Letters(takingValues: false);
    private static readonly string WithValue = Letters(takingValues: true);

    /// <summary>What is asked for.</summary>
    public SshdMode Mode { get; init; }

    /// <summary>What a server is started with.</summary>
    public required SshdOptions Options { get; init; }

    /// <summary>The connection of <c>-C</c>.</summary>
    public SshdConnection Connection { get; init; } = new();

    /// <summary>How often <c>-d</c> was given.</summary>
    public int Debugging { get; init; }

    /// <summary><c>-q</c>.</summary>
    public bool IsQuiet { get; init; }

    /// <summary><c>-e</c>.</summary>
    public bool LogsToStandardError { get; init; }

    /// <summary><c>-E</c>; null for none.</summary>
    public string? LogFile { get; init; }

    /// <summary>Reads a command line, without the words <c>adit sshd</c>.</summary>
    /// <exception cref="SshdUsageException">It is wrong.</exception>
    public static SshdCommandLine Parse(IReadOnlyList<string> words)
    {
        var line = new SshdCommandLine { Options = new SshdOptions { Configuration = new SshdConfigRequest() } };
        int next = 0;
        while (next < words.Count)
        {
            string word = words[next];
            if (word == "--help") return line with { Mode = SshdMode.Help };
            if (word.Length < 2 || word[0] != '-') throw new SshdUsageException($"Extra argument {word}.");
            next++;
            if (word == "--") continue;
            for (int i = 1; i < word.Length; i++)
            {
                char letter = word[i];
                if (Flags.Contains(letter, StringComparison.Ordinal))
                {
                    line = line.With(letter);
                    continue;
                }

                if (!WithValue.Contains(letter, StringComparison.Ordinal)) throw new SshdUsageException($"unknown option -- {letter}", showsUsage: true);
                string value = i + 1 < word.Length ? word[(i + 1)..]
                    : next < words.Count ? words[next++]
                    : throw new SshdUsageException($"option requires an argument -- {letter}", showsUsage: true);
                line = line.With(letter, value);
                break;
            }
        }

        return line;
    }

    private static string Letters(bool takingValues) =>
        string.Concat(SshdUsage.Page.Options.Where(o => o.TakesValue == takingValues && o.Names[0].Length == 2).Select(o => o.Names[0][1]));

    // Of the modes the one that does least wins, as in sshd(8).
    private SshdCommandLine In(SshdMode mode) => this with { Mode = mode > Mode ? mode : Mode };

    private SshdCommandLine With(char letter) => letter switch
    {
        '4' => WithOption("AddressFamily inet"),
        '6' => WithOption("AddressFamily inet6"),
        'D' => In(SshdMode.Foreground),
        'd' => In(SshdMode.Debug) with { Debugging = Math.Min(Debugging + 1, 3) },
        'e' => this with { LogsToStandardError = true },
        'i' => In(SshdMode.Inetd),
        'q' => this with { IsQuiet = true },
        't' => In(SshdMode.Test),
        'T' => In(SshdMode.ExtendedTest),
        'V' => In(SshdMode.Version),
        _ => this,
    };

    private SshdCommandLine With(char letter, string value)
    {
        SshdConfigRequest request = Options.Configuration;
        switch (letter)
        {
            case 'C':
                return WithConnection(value);
            case 'c':
                return this with { Options = Options with { HostCertificates = [.. Options.HostCertificates, value] } };
            case 'E':
                return this with { LogFile = value };
            case 'f':
                return this with { Options = Options with { Configuration = request with { File = Path.GetFullPath(value) } } };
            case 'g':
                return SshConfigTime.TryParse(value, out TimeSpan grace)
                    ? this with { Options = Options with { LoginGraceTime = grace } }
                    : throw new SshdUsageException("Invalid login grace time.");
            case 'h':
                return this with { Options = Options with { HostKeys = [.. Options.HostKeys, Path.GetFullPath(value)] } };
            case 'o':
                return WithOption(value);
            case 'p':
                return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and <= 65535
                    ? this with { Options = Options with { Configuration = request with { Ports = [.. request.Ports, port] } } }
                    : throw new SshdUsageException("Bad port number.");
            case 'u' when !int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int length) || length > 1000:
                throw new SshdUsageException("Invalid utmp length.");
            default:
                return this;
        }
    }

    private SshdCommandLine WithOption(string option) =>
        this with { Options = Options with { Configuration = Options.Configuration with { Options = [.. Options.Configuration.Options, option] } } };

    private SshdCommandLine WithConnection(string specification)
    {
        SshdConnection connection = Connection;
        foreach (string pair in specification.Split(','))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            string value = pair[(equals + 1)..];
            connection = (equals < 0 ? "" : pair[..equals]) switch
            {
                "user" => connection with { User = value },
                "host" => connection with { Host = value },
                "addr" => connection with { Address = Address(value) },
                "laddr" => connection with { LocalAddress = Address(value) },
                "lport" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and <= 65535
                    ? connection with { LocalPort = port }
                    : throw new SshdUsageException($"Invalid port '{value}' in test mode specification {pair}"),
                "rdomain" => connection with { RDomain = value },
                _ => throw new SshdUsageException($"Invalid test mode specification {pair}"),
            };
        }

        return this with { Connection = connection };
    }

    private static IPAddress? Address(string text) => IPAddress.TryParse(text, out IPAddress? address) ? address : null;
}
