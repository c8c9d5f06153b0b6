namespace Adit.Proxies.Inspection;

/// <summary>
/// What may flow inside tunnels: <c>deny:CLASS[,CLASS]</c> or <c>allow:CLASS[,CLASS]</c>, where CLASS is <c>tls</c>, <c>ssh</c>, <c>http</c> or <c>other</c>;
/// <c>allow:</c> denies the others. A tunnel in which too little is said to tell is <c>other</c> once <see cref="Patience"/> is over or it ends. Immutable.
/// </summary>
public sealed class InspectionPolicy
{
    private static readonly (string Word, TunnelContent Content)[] Words =
        [("tls", TunnelContent.Tls), ("ssh", TunnelContent.Ssh), ("http", TunnelContent.Http), ("other", TunnelContent.Other)];

    private readonly bool _allow;
    private readonly HashSet<TunnelContent> _named;

    private InspectionPolicy(bool allow, HashSet<TunnelContent> named, string text)
    {
        _allow = allow;
        _named = named;
        Text = text;
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Ours: how long, from the first octet on, a stream may take to say enough. Default 5 s.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Reads one.</summary>
    /// <param name="text">What is described at the type.</param>
    /// <param name="policy">The policy, or null.</param>
    /// <param name="why">What is wrong, as <c>expected …, got …</c>, or null.</param>
    public static bool TryParse(string text, out InspectionPolicy? policy, out string? why)
    {
        ArgumentNullException.ThrowIfNull(text);
        policy = null;
        why = $"expected allow:CLASS,… or deny:CLASS,… with tls, ssh, http and other, got '{text}'";
        string[] parts = text.Split(':', 2);
        if (parts.Length != 2 || parts[0] is not ("allow" or "deny")) return false;
        var named = new HashSet<TunnelContent>();
        foreach (string word in parts[1].Split(','))
        {
            int i = Array.FindIndex(Words, w => w.Word == word.Trim());
            if (i < 0) return false;
            named.Add(Words[i].Content);
        }

        why = null;
        policy = new InspectionPolicy(parts[0] == "allow", named, text);
        return true;
    }

    /// <summary>Whether it may flow.</summary>
    public bool Allows(TunnelContent content) => _named.Contains(content) == _allow;

    /// <summary>The word of a class.</summary>
    public static string WordOf(TunnelContent content) => Array.Find(Words, w => w.Content == content).Word ?? "other";
}
