namespace Adit.Wire.HttpProxy;

/// <summary>Who a proxy is told to serve. Its text form shows no password.</summary>
/// <param name="User">The user name; for Basic without a colon (RFC 7617 §2).</param>
/// <param name="Password">The password; a secret.</param>
public sealed record ProxyCredentials(string User, string Password)
{
    /// <inheritdoc/>
    public override string ToString() => $"{User}:***";
}
