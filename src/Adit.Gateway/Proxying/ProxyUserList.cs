using Adit.Core;
using Adit.Gateway.State;
using Adit.Proxies.Users;

namespace Adit.Gateway.Proxying;

/// <summary>The users of a proxy as its configuration names them.</summary>
public static class ProxyUserList
{
    /// <summary>The variable that holds the password of a user who is named without one.</summary>
    public const string PasswordVariable = "ADIT_PROXY_PASSWORD";

    /// <summary>Resolves them.</summary>
    /// <param name="words"><c>NAME:PASSWORD</c>, <c>NAME</c>, or <c>@FILE</c>.</param>
    /// <returns>Null where there are none: everybody may use the proxy.</returns>
    /// <exception cref="TunnelException">A file or the variable cannot be used.</exception>
    public static ProxyUsers? Load(IReadOnlyList<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        if (words.Count == 0) return null;
        var users = new List<(string Name, string Password)>();
        foreach (string word in words)
        {
            if (word.StartsWith('@')) users.AddRange(ProxyUsers.ReadFile(HomePath.Expand(word[1..])));
            else if (ProxyUsers.TrySplit(word, out (string Name, string Password) user)) users.Add(user);
            else if (IsName(word) && Environment.GetEnvironmentVariable(PasswordVariable) is { Length: > 0 } password) users.Add((word, password));
            else throw new TunnelException(TunnelError.BadConfiguration, $"user: {Shown(word)}: expected NAME:PASSWORD, @FILE, or NAME with the password in ${PasswordVariable}");
        }

        return new ProxyUsers(users);
    }

    /// <summary>Whether the word is one of the three forms.</summary>
    public static bool IsWellFormed(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        return word.StartsWith('@') ? word.Length > 1 : IsName(word) || ProxyUsers.TrySplit(word, out _);
    }

    /// <summary>The word without its password.</summary>
    public static string Shown(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        int colon = word.IndexOf(':', StringComparison.Ordinal);
        return word.StartsWith('@') || colon < 0 ? word : $"{word[..colon]}:***";
    }

    private static bool IsName(string word) => word.Length is > 0 and <= 255 && !word.Contains(':', StringComparison.Ordinal);
}
