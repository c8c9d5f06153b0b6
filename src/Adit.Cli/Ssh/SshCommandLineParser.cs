using Adit.Cli.Ssh.Sharing;
using Adit.Core;
using Adit.Core.Hops;
using Adit.Core.Text;
using Adit.Ssh.Config;

namespace Adit.Cli.Ssh;

/// <summary>Reads the words of <c>adit ssh</c>, once.</summary>
internal sealed partial class SshCommandLineParser(IReadOnlyList<string> words)
{
    private static readonly string[] LongOptions = [.. SshOptions.All.Select(o => o.Names[0]).Where(n => n.Length > 2)];

    private readonly List<string> _overrides = []; // a later letter replaces an earlier one
    private readonly List<string> _options = [];
    private readonly List<LocalForward> _localForwards = [];
    private readonly List<RemoteForward> _remoteForwards = [];
    private readonly List<DynamicForward> _dynamicForwards = [];
    private readonly List<string> _identityFiles = [];
    private readonly List<HopUri> _via = [];
    private ControlCommand? _control;
    private TcpDestination? _stdioForward;
    private SshInvocation _invocation;
    private SshDestination? _destination;
    private string? _configFile;
    private string? _logFile;
    private bool _hasJump;
    private bool _reconnects;
    private LeaseUse _lease;
    private bool _logsJson;
    private string _query = "";
    private bool _dumps;
    private bool _logsToSystem;
    private int _verbosity;
    private int _next;

    public SshCommandLine Parse()
    {
        bool ended = ReadOptions();
        if (_invocation == SshInvocation.Connect)
        {
            ReadDestination();
            if (!ended)
            {
                ReadOptions(); // ssh(1) takes options after the host too, up to the command
            }
        }

        if (_control is not null && _stdioForward is not null) throw new SshUsageException("Cannot specify multiplexing command with -W");
        return new SshCommandLine
        {
            Invocation = _dumps && _invocation == SshInvocation.Connect ? SshInvocation.Dump : _invocation,
            Destination = _destination ?? new SshDestination(null, "", null),
            Command = _next < words.Count ? string.Join(' ', words.Skip(_next)) : null,
            Options = [.. Enumerable.Reverse(_overrides), .. _options],
            LocalForwards = _localForwards,
            RemoteForwards = _remoteForwards,
            DynamicForwards = _dynamicForwards,
            IdentityFiles = _identityFiles,
            StdioForward = _stdioForward,
            Control = _control,
            Via = _via,
            Reconnects = _reconnects,
            Lease = _lease,
            LogsJson = _logsJson,
            LogFile = _logFile,
            ConfigFile = _configFile,
            Verbosity = _verbosity,
            Query = _query,
            LogsToSystem = _logsToSystem,
        };
    }

    /// <summary>Reads options up to the next word that is none.</summary>
    /// <returns>Whether <c>--</c> ended them.</returns>
    private bool ReadOptions()
    {
        while (_next < words.Count && _invocation == SshInvocation.Connect && words[_next] is ['-', _, ..] word)
        {
            _next++;
            if (word == "--")
            {
                return true;
            }

            if (word.StartsWith("--", StringComparison.Ordinal))
            {
                ReadLong(word);
            }
            else
            {
                ReadCluster(word);
            }
        }

        return false;
    }

    private void ReadCluster(string word)
    {
        for (int i = 1; i < word.Length && _invocation == SshInvocation.Connect; i++)
        {
            SshOption option = SshOption.Find(word[i]) ?? throw new SshUsageException(
                word[i] == '1' ? "SSH protocol v.1 is no longer supported" : $"unknown option -- {word[i]}", showsUsage: true);
            if (option.NotThereYet is { } what)
            {
                throw new SshUsageException($"adit ssh: -{option.Letter}: {what} is not there yet");
            }

            if (!option.TakesArgument)
            {
                Apply(option.Letter);
                continue;
            }

            string argument = i + 1 < word.Length ? word[(i + 1)..]
                : _next < words.Count ? words[_next++]
                : throw new SshUsageException($"option requires an argument -- {option.Letter}", showsUsage: true);
            Apply(option.Letter, argument);
            return;
        }
    }

    private void ReadLong(string word)
    {
        string[] parts = word.Split('=', 2);
        switch (parts[0])
        {
            case "--help":
                _invocation = SshInvocation.Help;
                break;
            case "--lease":
                _lease = Max(_lease, LeaseUse.Ask);
                break;
            case "--apply":
                _lease = Max(_lease, LeaseUse.Apply);
                break;
            case "--apply-dns":
                _lease = Max(_lease, LeaseUse.ApplyWithNameServers);
                break;
            case "--reconnect":
                _reconnects = true;
                break;
            case "--via":
                string hop = Value();
                if (_via.LastOrDefault() is { Scheme.Kind: HopKind.Carrier } carrier)
                {
                    throw new SshUsageException($"adit ssh: --via: hop \"{carrier}\": a {carrier.Scheme.Name} hop ends at a gateway and must be the last");
                }

                _via.Add(Guard(() => HopUri.Parse(hop, "adit ssh: --via")));
                return;
            case "--log-format":
                string format = Value();
                _logsJson = format switch { "json" => true, "text" => false, _ => throw new SshUsageException($"adit ssh: --log-format: expected text or json, got \"{format}\"") };
                return;
            default:
                throw new SshUsageException($"adit ssh: {parts[0]}: unknown option{NearestName.Suggest(parts[0], LongOptions)}", showsUsage: true);
        }

        if (parts.Length > 1)
        {
            throw new SshUsageException($"adit ssh: {parts[0]}: expected no value, got \"{parts[1]}\"");
        }

        string Value() => parts.Length > 1 ? parts[1] : _next < words.Count ? words[_next++] : throw new SshUsageException($"adit ssh: {parts[0]}: expected a value", showsUsage: true);
    }

    private static LeaseUse Max(LeaseUse one, LeaseUse other) => one > other ? one : other;

    private void ReadDestination()
    {
        if (_next >= words.Count)
        {
            throw new SshUsageException("", showsUsage: true);
        }

        if (!SshDestination.TryParse(words[_next++], out _destination))
        {
            throw new SshUsageException("", showsUsage: true);
        }

        if (!SshDestination.IsValidHost(_destination.Host))
        {
            throw new SshUsageException("hostname contains invalid characters");
        }

        if (_destination.User is { } user)
        {
            AddUser(user);
        }

        if (_destination.Port is { } port)
        {
            _options.Add($"Port {port}");
        }
    }

    private void AddUser(string user)
    {
        if (user.Length == 0 || !SshDestination.IsValidUser(user))
        {
            throw new SshUsageException("remote username contains invalid characters");
        }

        _options.Add($"User {Quote(user)}");
    }

    // The configuration's own quoting: " around, a backslash before " and itself.
    private static string Quote(string value) => $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (TunnelException e)
        {
            throw new SshUsageException(e.Message);
        }
    }
}
