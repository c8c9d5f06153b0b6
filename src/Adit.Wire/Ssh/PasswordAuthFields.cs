namespace Adit.Wire.Ssh;

/// <summary>Fields of a password request (RFC 4252 §8), with or without a change of password.</summary>
/// <remarks>
/// <code>
/// boolean   FALSE, or TRUE with a new password
/// string    plaintext password
/// string    plaintext new password (only after TRUE)
/// </code>
/// </remarks>
/// <param name="Password">The password; the old one when it is changed.</param>
/// <param name="NewPassword">The new password; null when it is not changed.</param>
public readonly record struct PasswordAuthFields(string Password, string? NewPassword = null) : IWireValue<PasswordAuthFields>
{
    /// <inheritdoc/>
    public int EncodedLength => 1 + SshWriter.TextLength(Password) + (NewPassword is null ? 0 : SshWriter.TextLength(NewPassword));

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out PasswordAuthFields value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        string? changed = null;
        if (!reader.TryReadBoolean(out bool change) ||
            !reader.TryReadText(out string password) ||
            (change && !reader.TryReadText(out changed))) return DecodeStatus.Truncated;
        value = new PasswordAuthFields(password, changed);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteBoolean(NewPassword is not null);
        writer.WriteText(Password);
        if (NewPassword is not null) writer.WriteText(NewPassword);
        return writer.Written;
    }

    /// <summary>The type only: the content is secret.</summary>
    public override string ToString() => nameof(PasswordAuthFields);
}
