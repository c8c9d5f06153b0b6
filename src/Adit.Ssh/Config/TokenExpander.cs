using System.Text;
using Adit.Core;

namespace Adit.Ssh.Config;

/// <summary>Expands <c>%</c> tokens, <c>${NAME}</c> and a leading <c>~</c>, as ssh_config(5) has them: TOKENS, ENVIRONMENT VARIABLES.</summary>
internal sealed class TokenExpander
{
    // ssh_config(5), TOKENS: what most keywords accept
    private const string Common = "CdhikLlnpru";
    private readonly SshConfigEnvironment _environment;
    private readonly IReadOnlyDictionary<char, string> _tokens;

    private TokenExpander(SshConfigEnvironment environment, IReadOnlyDictionary<char, string> tokens) => (_environment, _tokens) = (environment, tokens);

    /// <summary>Makes an expander.</summary>
    public static TokenExpander Create(SshConfigEnvironment environment, string host, string originalHost, string? hostKeyAlias, int port, string user)
    {
        string local = environment.LocalHostName;
        var tokens = new Dictionary<char, string>
        {
            ['d'] = environment.HomeDirectory,
            ['h'] = host,
            ['i'] = environment.LocalUserId,
            ['k'] = hostKeyAlias ?? originalHost,
            ['L'] = local.Split('.')[0],
            ['l'] = local,
            ['n'] = originalHost,
            ['p'] = port.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ['r'] = user,
            ['u'] = environment.LocalUser,
        };
        tokens['C'] = ConnectionHash(local + host + tokens['p'] + user);
        return new TokenExpander(environment, tokens);
    }

    /// <summary>Expands what CertificateFile, IdentityFile, ControlPath and the like accept: <c>~</c>, tokens and variables.</summary>
    public string Path(string keyword, string text) => Expand(keyword, Tilde(text), Common, variables: true);

    /// <summary>Expands the tokens of RemoteCommand and Match exec.</summary>
    public string Command(string keyword, string text) => Expand(keyword, text, Common, variables: false);

    /// <summary>Expands the tokens of LocalCommand.</summary>
    /// <param name="text">The command as it is configured.</param>
    /// <param name="device">The tunnel's device, for %T; null for none.</param>
    public string LocalCommand(string text, string? device = null) =>
        Expand("LocalCommand", text, letter => letter == 'T' ? device ?? "NONE" : Common.Contains(letter, StringComparison.Ordinal) ? _tokens[letter] : null, null);

    /// <summary>Expands the tokens of ProxyCommand and ProxyJump.</summary>
    public string Proxy(string keyword, string text) => Expand(keyword, text, "hnpr", variables: false);

    /// <summary>Expands the tokens and variables of a unix socket's path in LocalForward and RemoteForward.</summary>
    public Destination Socket(string keyword, Destination destination) => destination is UnixDestination unix ? new UnixDestination(Expand(keyword, unix.Path, Common, variables: true)) : destination;

    /// <summary>Cuts KnownHostsCommand into words and expands each.</summary>
    /// <param name="command">The command as it is configured.</param>
    /// <param name="more">Its own tokens: f, H, I, K and t.</param>
    public IReadOnlyList<string> KnownHosts(string command, IReadOnlyDictionary<char, string> more)
    {
        const string Keyword = "KnownHostsCommand";
        IReadOnlyList<string> words = SshConfigLine.SplitWords(command) is { Count: > 0 } all ? all : throw Fail($"{Keyword} \"{command}\" contains invalid quotes");
        return [.. words.Select(word => Expand(Keyword, word, letter => more.GetValueOrDefault(letter) ?? (Common.Contains(letter, StringComparison.Ordinal) ? _tokens[letter] : null), null))];
    }

    /// <summary>Expands <c>%h</c> in HostName.</summary>
    public static string HostName(string text, string host) => Expand("HostName", text, letter => letter == 'h' ? host : null, null);

    // tilde_expand: ~ or ~/… is this user's home folder, ~name/… another's.
    private string Tilde(string text)
    {
        if (!text.StartsWith('~'))
        {
            return text;
        }

        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string user = slash < 0 ? text[1..] : text[1..slash];
        string? home = user.Length == 0 ? _environment.HomeDirectory : _environment.FindHome(user);
        return (home ?? throw Fail($"tilde_expand: No such user {user}")) + (slash < 0 ? "" : text[slash..]);
    }

    private string Expand(string keyword, string text, string permitted, bool variables) =>
        Expand(keyword, text, letter => permitted.Contains(letter, StringComparison.Ordinal) ? _tokens[letter] : null, variables ? _environment.GetVariable : null);

    /// <summary>Expands tokens and, where there is a lookup, variables.</summary>
    internal static string Expand(string keyword, string text, Func<char, string?> token, Func<string, string?>? variable)
    {
        if (!text.Contains('%', StringComparison.Ordinal) && !text.Contains("${", StringComparison.Ordinal))
        {
            return text;
        }

        var expanded = new StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            if (variable is not null && text[i] == '$' && i + 1 < text.Length && text[i + 1] == '{')
            {
                int end = text.IndexOf('}', i);
                string name = end < 0 ? throw Fail($"{keyword}: environment variable '{text[(i + 2)..]}' missing closing '}}'") : text[(i + 2)..end];
                expanded.Append(variable(name) ?? throw Fail($"{keyword}: env var ${{{name}}} has no value"));
                i = end;
            }
            else if (text[i] != '%')
            {
                expanded.Append(text[i]);
            }
            else if (++i == text.Length)
            {
                throw Fail($"{keyword}: expected a token after the last %");
            }
            else
            {
                expanded.Append(text[i] == '%' ? "%" : token(text[i]) ?? throw Fail($"{keyword}: unknown key %{text[i]}"));
            }
        }

        return expanded.ToString();
    }

    private static TunnelException Fail(string message) => new(TunnelError.BadConfiguration, message);

    // A name, no protection: OpenSSH fixed it as SHA-1 of %l%h%p%r.
#pragma warning disable CA5350
    private static string ConnectionHash(string text) => Convert.ToHexStringLower(System.Security.Cryptography.SHA1.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350
}
