namespace Adit.Ssh.Config.Server;

/// <summary>Values of the Match blocks that hold, before those of the server.</summary>
internal sealed class SshdValues(SshConfigValues own, SshConfigValues server)
{
    public bool Has(string key) => own.Has(key) || server.Has(key);

    public T Get<T>(string key, T fallback) => own.Has(key) ? own.Get(key, fallback) : server.Get(key, fallback);

    /// <summary>A text, null where there is none or it is "none".</summary>
    public string? Text(string key) => Get<string?>(key, null) is { } text && !text.Equals("none", StringComparison.OrdinalIgnoreCase) ? text : null;

    /// <summary>A list that grows within a pass; that of the blocks replaces the server's.</summary>
    public IReadOnlyList<T> List<T>(string key) => own.List<T>(key) is { Count: > 0 } list ? list : server.List<T>(key);
}
