namespace Adit.Ssh.Multiplexing;

/// <summary>A master's answer to a request.</summary>
/// <param name="Outcome">Whether it did what was asked.</param>
/// <param name="Reason">Why not, in the master's words; empty where it did.</param>
/// <param name="Value">What came with a success: a session's number, or the port that the server chose; 0 for nothing.</param>
public readonly record struct ControlReply(ControlOutcome Outcome, string Reason = "", uint Value = 0);
