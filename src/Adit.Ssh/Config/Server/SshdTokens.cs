using System.Globalization;
using Adit.Core;

namespace Adit.Ssh.Config.Server;

/// <summary>Expands the tokens of sshd_config(5), TOKENS.</summary>
public sealed record SshdTokens
{
    /// <summary><c>%u</c>.</summary>
    public required string User { get; init; }

    /// <summary><c>%U</c>.</summary>
    public required uint UserId { get; init; }

    /// <summary><c>%h</c>.</summary>
    public required string Home { get; init; }

    /// <summary>What a key or certificate adds, by letter: <c>f k t</c>, and of certificates <c>F i K s T</c>.</summary>
    public IReadOnlyDictionary<char, string> OfKey { get; init; } = new Dictionary<char, string>();

    /// <summary>Expands a file name of AuthorizedKeysFile, AuthorizedPrincipalsFile or ChrootDirectory: absolute, or below the home folder.</summary>
    /// <exception cref="TunnelException">A token is not known here.</exception>
    public string Path(string keyword, string text)
    {
        string path = TokenExpander.Expand(keyword, text, OfUser, null);
        return System.IO.Path.IsPathRooted(path) ? path : System.IO.Path.Combine(Home, path);
    }

    /// <summary>Expands one argument of AuthorizedKeysCommand or AuthorizedPrincipalsCommand.</summary>
    /// <exception cref="TunnelException">A token is not known here.</exception>
    public string Argument(string keyword, string text) => TokenExpander.Expand(keyword, text, letter => OfUser(letter) ?? OfKey.GetValueOrDefault(letter), null);

    /// <summary>Cuts a command into its words and expands each.</summary>
    /// <exception cref="TunnelException">Quotes do not match, or a token is not known here.</exception>
    public IReadOnlyList<string> Command(string keyword, string text)
    {
        IReadOnlyList<string> words = SshConfigLine.SplitWords(text) ?? throw new TunnelException(TunnelError.BadConfiguration, $"{keyword}: invalid quotes");
        return [.. words.Select(word => Argument(keyword, word))];
    }

    private string? OfUser(char letter) => letter switch
    {
        'u' => User,
        'U' => UserId.ToString(CultureInfo.InvariantCulture),
        'h' => Home,
        _ => null,
    };
}
