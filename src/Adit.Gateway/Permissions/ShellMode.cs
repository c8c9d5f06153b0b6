namespace Adit.Gateway.Permissions;

/// <summary>As whom a shell runs.</summary>
public enum ShellMode
{
    /// <summary>No shell; the default.</summary>
    Off,

    /// <summary>As the gateway's own account.</summary>
    Gateway,

    /// <summary>As the account that the user name selects, after setuid and initgroups; needs the gateway to be root. The key must stand in that account's own ~/.ssh/authorized_keys too.</summary>
    Login,
}
