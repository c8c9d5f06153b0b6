using System.Collections;

namespace Adit.Wire.Http;

/// <summary>The fields of a head, in their order. Names are compared without regard to case (RFC 9110 §5.1). Not thread-safe.</summary>
public sealed class HttpFields : IReadOnlyList<HttpField>
{
    private readonly List<HttpField> _fields;

    /// <summary>No fields.</summary>
    public HttpFields() => _fields = [];

    /// <summary>The given fields.</summary>
    /// <exception cref="ArgumentException">A name is no token, or a value has a control character.</exception>
    public HttpFields(IEnumerable<HttpField> fields)
        : this()
    {
        ArgumentNullException.ThrowIfNull(fields);
        foreach ((string name, string value) in fields) Add(name, value);
    }

    internal HttpFields(List<HttpField> decoded) => _fields = decoded;

    /// <inheritdoc/>
    public int Count => _fields.Count;

    /// <inheritdoc/>
    public HttpField this[int index] => _fields[index];

    /// <summary>The value of the first field of the name; null where there is none.</summary>
    public string? Find(string name)
    {
        foreach (HttpField field in _fields)
            if (field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) return field.Value;
        return null;
    }

    /// <summary>The values of every field of the name.</summary>
    public IEnumerable<string> All(string name) => _fields.Where(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(f => f.Value);

    /// <summary>How many fields have the name.</summary>
    public int CountOf(string name)
    {
        int count = 0;
        foreach (HttpField field in _fields)
            if (field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) count++;
        return count;
    }

    /// <summary>The elements of a list-valued field (RFC 9110 §5.6.1), over all fields of the name, without empty ones. A quoted comma divides nothing.</summary>
    public IEnumerable<string> Elements(string name)
    {
        foreach (string value in All(name))
        {
            int start = 0;
            bool quoted = false;
            for (int i = 0; i <= value.Length; i++)
            {
                if (i < value.Length)
                {
                    if (quoted && value[i] == '\\') i++;
                    else if (value[i] == '"') quoted = !quoted;
                    if (i >= value.Length || quoted || value[i] != ',') continue;
                }

                string element = value[start..Math.Min(i, value.Length)].Trim(' ', '\t');
                start = i + 1;
                if (element.Length > 0) yield return element;
            }

            if (start < value.Length)
            {
                string rest = value[start..].Trim(' ', '\t');
                if (rest.Length > 0) yield return rest;
            }
        }
    }

    /// <summary>Whether a list-valued field has the element, without regard to case.</summary>
    public bool HasElement(string name, string element)
    {
        foreach (HttpField field in _fields)
        {
            if (!field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
            if (field.Value.Equals(element, StringComparison.OrdinalIgnoreCase)) return true;
            if (field.Value.Contains(',', StringComparison.Ordinal)) return Elements(name).Contains(element, StringComparer.OrdinalIgnoreCase);
        }

        return false;
    }

    /// <summary>Adds a field behind the others.</summary>
    /// <exception cref="ArgumentException">The name is no token, or the value has a control character, white space at an end, or a character beyond ISO-8859-1.</exception>
    public void Add(string name, string value)
    {
        if (!HttpSyntax.IsToken(name)) throw new ArgumentException($"http: field name: expected a token, got '{name}'", nameof(name));
        if (!HttpSyntax.IsValue(value)) throw new ArgumentException($"http: {name}: expected a value without control characters", nameof(value));
        _fields.Add(new HttpField(name, value));
    }

    /// <summary>Puts one field in place of all of that name.</summary>
    /// <inheritdoc cref="Add"/>
    public void Set(string name, string value)
    {
        Remove(name);
        Add(name, value);
    }

    /// <summary>Removes every field of the name.</summary>
    /// <returns>How many there were.</returns>
    public int Remove(string name) => _fields.RemoveAll(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <inheritdoc/>
    public IEnumerator<HttpField> GetEnumerator() => _fields.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
