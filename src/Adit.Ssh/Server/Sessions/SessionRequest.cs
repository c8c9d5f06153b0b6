namespace Adit.Ssh.Server.Sessions;

/// <summary>What a client has asked a session to run, as it was granted.</summary>
/// <param name="Kind"><c>shell</c>, <c>exec</c> or <c>subsystem</c>, for the log.</param>
/// <param name="Command">The command for the shell; null for the shell itself, as a login shell.</param>
/// <param name="Original">What the client asked for where a forced command takes its place; null for nothing, or when none is forced.</param>
/// <param name="IsForced">Whether the command is forced.</param>
internal sealed record SessionRequest(string Kind, string? Command, string? Original, bool IsForced)
{
    public bool IsSubsystem => Kind == "subsystem";
}
