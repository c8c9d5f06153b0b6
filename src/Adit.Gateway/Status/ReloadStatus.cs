namespace Adit.Gateway.Status;

/// <summary>How a reload went.</summary>
/// <param name="At">When.</param>
/// <param name="Ok">Whether the new configuration runs now; else the one before it still does.</param>
/// <param name="Message">What changed, or why nothing did.</param>
public sealed record ReloadStatus(DateTimeOffset At, bool Ok, string Message);
