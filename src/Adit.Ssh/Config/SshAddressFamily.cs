namespace Adit.Ssh.Config;

/// <summary>AddressFamily: which addresses may be connected to.</summary>
public enum SshAddressFamily
{
    /// <summary>IPv4 and IPv6.</summary>
    Any,

    /// <summary>IPv4 only (<c>-4</c>).</summary>
    Inet,

    /// <summary>IPv6 only (<c>-6</c>).</summary>
    Inet6,
}
