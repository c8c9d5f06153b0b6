using System.Net;
using Adit.Platform.Processes;
using Adit.Ssh.Config;

namespace Adit.Ssh.Server.Sessions;

/// <summary>
/// The environment of a program, made from nothing: what this process has in its own is none of the client's business, but for TZ. What stands
/// later in <see cref="Build"/> overrides what stands before it: the client's variables are the weakest, those that tell of the connection the strongest.
/// </summary>
internal sealed class SessionEnvironment(SessionOptions options, UserAccount account)
{
    private const string UserPath = "/usr/local/bin:/usr/bin:/bin:/usr/games";
    private const string RootPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Ours: lines and octets of an environment file that are read.</summary>
    private const int GreatestFile = 64 * 1024;

    private readonly Dictionary<string, string> _fromClient = [];
    private int _length;

    /// <summary>Ours: variables that a client may set, and their octets together; sshd takes 128 too.</summary>
    private const int MostVariables = 128;

    private const int MostOctets = 256 * 1024;

    /// <summary>Takes a variable of the client's.</summary>
    /// <returns>Whether it is accepted.</returns>
    public bool TryAccept(string name, string value)
    {
        if (!IsName(name) || value.Contains('\0', StringComparison.Ordinal) || !options.AcceptEnv.Any(p => SshPattern.IsMatch(name, p))) return false;
        if (_fromClient.Count >= MostVariables || _length + name.Length + value.Length > MostOctets) return false;
        _length += name.Length + value.Length;
        _fromClient[name] = value;
        return true;
    }

    /// <summary>The whole of it. Reads the user's files as the account; blocks for that long.</summary>
    /// <param name="shell">SHELL.</param>
    /// <param name="terminal">TERM and the path of the terminal; null where there is none.</param>
    /// <param name="agent">The path of the agent's socket; null for none.</param>
    /// <param name="original">What the client asked for where something else is run; null for nothing.</param>
    public IReadOnlyList<string> Build(string shell, (string Term, string Path)? terminal, string? agent, string? original)
    {
        var all = new Dictionary<string, string>();
        if (Environment.GetEnvironmentVariable("TZ") is { } zone) all["TZ"] = zone;
        if (options.EnvironmentFile is { } file) Read(file, all, _ => true);
        foreach ((string name, string value) in _fromClient) all[name] = value;
        all["USER"] = account.Name;
        all["LOGNAME"] = account.Name;
        all["HOME"] = account.Home;
        if (options.Path is not null || !all.ContainsKey("PATH") || _fromClient.ContainsKey("PATH")) all["PATH"] = options.Path ?? (account.UserId == 0 ? RootPath : UserPath);
        all["MAIL"] = $"/var/mail/{account.Name}";
        all["SHELL"] = shell;
        AddUsers(all);
        foreach ((string name, string value) in options.SetEnv) all[name] = value;
        string client = options.Source is { } source ? $"{AddressOf(source)} {source.Port}" : "UNKNOWN 65535";
        string here = options.Local is { } local ? $"{AddressOf(local)} {local.Port}" : "UNKNOWN 65535";
        all["SSH_CLIENT"] = $"{client} {here[(here.LastIndexOf(' ') + 1)..]}";
        all["SSH_CONNECTION"] = $"{client} {here}";
        if (options.TunnelDevices?.Invoke() is { } devices) all["SSH_TUNNEL"] = devices;
        if (terminal is { } t)
        {
            all["SSH_TTY"] = t.Path;
            if (t.Term.Length > 0) all["TERM"] = t.Term;
        }

        if (original is not null) all["SSH_ORIGINAL_COMMAND"] = original;
        if (agent is not null) all["SSH_AUTH_SOCK"] = agent;
        return [.. all.Where(v => !v.Value.Contains('\0', StringComparison.Ordinal)).Select(v => $"{v.Key}={v.Value}")];
    }

    private static string AddressOf(IPEndPoint place) => (place.Address.IsIPv4MappedToIPv6 ? place.Address.MapToIPv4() : place.Address).ToString();

    private static bool IsName(string name) => name.Length is > 0 and <= 1024 && name.AsSpan().IndexOfAny('=', '\0') < 0;

    private static void Read(string path, Dictionary<string, string> into, Func<string, bool> permits)
    {
        try
        {
            if (!File.Exists(path) || new FileInfo(path).Length > GreatestFile) return;
            foreach (string line in File.ReadLines(path))
            {
                string text = line.Trim();
                if (text.StartsWith('#')) continue;
                if (text.StartsWith("export ", StringComparison.Ordinal)) text = text[7..].TrimStart();
                int equals = text.IndexOf('=', StringComparison.Ordinal);
                if (equals <= 0 || !permits(text[..equals])) continue;
                string value = text[(equals + 1)..];
                if (value.Length > 1 && value[0] is '"' or '\'' && value[^1] == value[0]) value = value[1..^1];
                into[text[..equals]] = value;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // As if it were not there.
        }
    }

    private void AddUsers(Dictionary<string, string> all)
    {
        if (options.PermitUserEnvironment.Count == 0) return;
        bool permits(string name) => IsName(name) && SshPattern.IsListMatch(name, options.PermitUserEnvironment);
        // The first of a name counts (AUTHORIZED_KEYS FILE FORMAT of sshd(8)).
        foreach ((string name, string value) in options.Permissions.Environment.Reverse())
        {
            if (permits(name)) all[name] = value;
        }

        var users = new Dictionary<string, string>();
        ThreadAccount.Run(options.Account, () =>
        {
            Read(Path.Combine(account.Home, ".ssh", "environment"), users, permits);
            return true;
        });
        foreach ((string name, string value) in users) all[name] = value;
    }
}
