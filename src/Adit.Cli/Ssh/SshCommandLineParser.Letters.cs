using System.Globalization;
using Adit.Cli.Ssh.Sharing;
using Adit.Ssh.Config;

namespace Adit.Cli.Ssh;

internal sealed partial class SshCommandLineParser
{
    private void Apply(char letter)
    {
        switch (letter)
        {
            case '4':
                _overrides.Add("AddressFamily inet");
                break;
            case '6':
                _overrides.Add("AddressFamily inet6");
                break;
            case 'a':
                _overrides.Add("ForwardAgent no");
                break;
            case 'A':
                _overrides.Add("ForwardAgent yes");
                break;
            case 'C':
                _overrides.Add("Compression yes");
                break;
            case 'f':
                _overrides.Add("ForkAfterAuthentication yes");
                _overrides.Add("StdinNull yes");
                break;
            case 'g':
                _overrides.Add("GatewayPorts yes");
                break;
            case 'M':
                _overrides.Add(_overrides.LastOrDefault(o => o.StartsWith("ControlMaster", StringComparison.Ordinal)) is "ControlMaster yes" ? "ControlMaster ask" : "ControlMaster yes");
                break;
            case 'G':
                _dumps = true;
                break;
            case 'y':
                _logsToSystem = true;
                break;
            case 'n':
                _overrides.Add("StdinNull yes");
                break;
            case 'N':
                _overrides.Add("SessionType none");
                _overrides.Add("RequestTTY no");
                break;
            case 'q':
                _overrides.Add("LogLevel QUIET");
                break;
            case 's':
                _overrides.Add("SessionType subsystem");
                break;
            case 't':
                _overrides.Add(_overrides.LastOrDefault(o => o.StartsWith("RequestTTY", StringComparison.Ordinal)) is "RequestTTY yes" or "RequestTTY force" ? "RequestTTY force" : "RequestTTY yes");
                break;
            case 'T':
                _overrides.Add("RequestTTY no");
                break;
            case 'v':
                _verbosity++;
                _overrides.Add($"LogLevel DEBUG{Math.Min(_verbosity, 3)}");
                break;
            case 'V':
                _invocation = SshInvocation.Version;
                break;
            case 'x':
                _overrides.Add("ForwardX11 no");
                break;
            default: // -2 and -k ask for what is so
                break;
        }
    }

    private void Apply(char letter, string argument)
    {
        switch (letter)
        {
            case 'b':
                _options.Add($"BindAddress {Quote(argument)}");
                break;
            case 'B':
                _options.Add($"BindInterface {Quote(argument)}");
                break;
            case 'c':
                _options.Add($"Ciphers {Quote(argument)}");
                break;
            case 'D':
                _dynamicForwards.Add(Guard(() => ForwardSpec.ParseDynamic(argument)));
                break;
            case 'e':
                _options.Add(argument is "none" or [_] or ['^', >= (char)64 and < (char)128] ? $"EscapeChar {Quote(argument)}" : throw new SshUsageException($"Bad escape character '{argument}'."));
                break;
            case 'E':
                _logFile = argument;
                break;
            case 'F':
                _configFile = argument;
                break;
            case 'i':
                _identityFiles.Add(argument);
                _options.Add($"IdentityFile {Quote(argument)}");
                break;
            case 'J':
                AddJump(argument);
                break;
            case 'l':
                AddUser(argument);
                break;
            case 'L':
                _localForwards.Add(Guard(() => ForwardSpec.ParseLocal(argument)));
                break;
            case 'm':
                _options.Add($"MACs {Quote(argument)}");
                break;
            case 'o':
                _options.Add(argument);
                break;
            case 'O':
                if (_control is not null) throw new SshUsageException("Multiplexing command already specified");
                _control = argument switch
                {
                    "check" => ControlCommand.Check,
                    "forward" => ControlCommand.Forward,
                    "cancel" => ControlCommand.Cancel,
                    "exit" => ControlCommand.Exit,
                    "stop" => ControlCommand.Stop,
                    "proxy" => throw new SshUsageException("adit ssh: -O proxy: proxy mode is not there yet"),
                    _ => throw new SshUsageException("Invalid multiplex command."),
                };
                break;
            case 'p':
                _options.Add(int.TryParse(argument, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and <= 65535
                    ? $"Port {port}"
                    : throw new SshUsageException($"Bad port '{argument}'"));
                break;
            case 'Q':
                _query = argument;
                _invocation = SshInvocation.Query;
                break;
            case 'R':
                _remoteForwards.Add(Guard(() => ForwardSpec.ParseRemote(argument)));
                break;
            case 'S':
                _overrides.Add($"ControlPath {Quote(argument)}");
                break;
            case 'w':
                if (!TunnelUnits.TryParse(argument, out TunnelUnits? units)) throw new SshUsageException($"Bad tun device '{argument}'");
                _options.Add("Tunnel point-to-point"); // unless an option before has said more
                _overrides.Add($"TunnelDevice {units}");
                break;
            case 'W':
                _stdioForward = _stdioForward is null ? Guard(() => ForwardSpec.ParseStdio(argument)) : throw new SshUsageException("stdio forward already specified");
                _overrides.Add("SessionType none");
                _overrides.Add("RequestTTY no");
                break;
            default:
                throw new InvalidOperationException($"-{letter} has no meaning");
        }
    }

    private void AddJump(string argument)
    {
        if (_hasJump)
        {
            throw new SshUsageException("Only a single -J option is permitted (use commas to separate multiple jump hops)");
        }

        _hasJump = true;
        bool isNone = argument.Equals("none", StringComparison.OrdinalIgnoreCase);
        if (!isNone && !argument.Split(',').All(hop => SshDestination.TryParseJump(hop, out SshDestination? jump)
            && SshDestination.IsValidHost(jump.Host) && (jump.User is null || SshDestination.IsValidUser(jump.User))))
        {
            throw new SshUsageException($"Invalid -J argument '{argument}': expected [user@]host[:port], several with commas between");
        }

        _options.Add($"ProxyJump {argument}");
    }
}
