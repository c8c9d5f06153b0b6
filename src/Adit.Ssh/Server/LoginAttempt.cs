using Adit.Ssh.Keys;

namespace Adit.Ssh.Server;

/// <summary>How an attempt to log in ended.</summary>
/// <param name="User">The user name.</param>
/// <param name="Method">The method.</param>
/// <param name="Outcome">The end.</param>
/// <param name="Key">The key; null for other methods.</param>
/// <param name="Failures">Failures of this connection so far.</param>
public sealed record LoginAttempt(string User, string Method, LoginOutcome Outcome, SshPublicKey? Key, int Failures);
