namespace Adit.Wire.Http;

/// <summary>One field line.</summary>
/// <param name="Name">A token, as it was written; its case means nothing.</param>
/// <param name="Value">Without the white space around it; each character is one octet (ISO-8859-1).</param>
public readonly record struct HttpField(string Name, string Value)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Value}";
}
