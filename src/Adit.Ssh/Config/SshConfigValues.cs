namespace Adit.Ssh.Config;

/// <summary>What was read so far: of most keywords the first value, of some a list that grows.</summary>
internal sealed class SshConfigValues
{
    // Ours: more of one keyword than anybody writes (OpenSSH allows 100 identities).
    private const int LongestList = 1000;

    private readonly Dictionary<string, object> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<object>> _lists = new(StringComparer.Ordinal);

    /// <summary>Keeps a value unless there is one.</summary>
    public void SetFirst<T>(string key, T value)
        where T : notnull => _values.TryAdd(key, value);

    /// <summary>Replaces a value.</summary>
    public void Set<T>(string key, T value)
        where T : notnull => _values[key] = value;

    /// <summary>Whether there is a value.</summary>
    public bool Has(string key) => _values.ContainsKey(key);

    /// <summary>The value, or what holds where there is none.</summary>
    public T Get<T>(string key, T fallback) => _values.TryGetValue(key, out object? value) ? (T)value : fallback;

    /// <summary>The text, or null.</summary>
    public string? Text(string key) => Get<string?>(key, null);

    /// <summary>Adds to a list what is not in it yet.</summary>
    /// <returns>False when the list is full.</returns>
    public bool Append(string key, object value)
    {
        List<object> list = _lists.TryGetValue(key, out List<object>? there) ? there : _lists[key] = [];
        if (!list.Contains(value))
        {
            list.Add(value);
        }

        return list.Count <= LongestList;
    }

    /// <summary>Takes out of a list what a test chooses.</summary>
    public void Remove<T>(string key, Predicate<T> chosen)
    {
        if (_lists.TryGetValue(key, out List<object>? list))
        {
            list.RemoveAll(value => chosen((T)value));
        }
    }

    /// <summary>A list, empty where nothing was added.</summary>
    public IReadOnlyList<T> List<T>(string key) => _lists.TryGetValue(key, out List<object>? list) ? [.. list.Cast<T>()] : [];
}
