using Adit.Ssh.Keys;

namespace Adit.Ssh.Server;

/// <summary>Who logged in, and how.</summary>
/// <param name="User">The user name.</param>
/// <param name="Key">The key that completed the login, or the last one used before; null where none was.</param>
/// <param name="Permissions">What the keys permit together.</param>
/// <param name="Proofs">What was proven, a line each: the method and, for keys, the key.</param>
internal sealed record LoginResult(string User, SshPublicKey? Key, KeyPermissions Permissions, IReadOnlyList<string> Proofs);
