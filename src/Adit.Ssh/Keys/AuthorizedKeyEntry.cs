namespace Adit.Ssh.Keys;

/// <summary>One line of an authorized_keys file.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">The line's number, from 1.</param>
/// <param name="Key">The key.</param>
/// <param name="Permissions">Its options.</param>
/// <param name="Comment">What follows the key.</param>
public sealed record AuthorizedKeyEntry(string File, int Line, SshPublicKey Key, KeyPermissions Permissions, string Comment);
