namespace Adit.Gateway.Planning;

/// <summary>A place where a section listens.</summary>
/// <param name="Address">The place, as configured.</param>
/// <param name="Reach">Who may reach it, in words.</param>
/// <param name="IsLocal">Whether that is this machine alone.</param>
public sealed record PlannedListener(string Address, string Reach, bool IsLocal);
