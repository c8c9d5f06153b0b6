namespace Adit.Ssh.Client;

/// <summary>How a command at the server ended (RFC 4254 §6.10).</summary>
/// <param name="Status">Its exit status; null when a signal ended it, or the server told nothing.</param>
/// <param name="Signal">The signal that ended it, without SIG, such as <c>KILL</c>; null when none did.</param>
public sealed record SshExit(uint? Status, string? Signal);
