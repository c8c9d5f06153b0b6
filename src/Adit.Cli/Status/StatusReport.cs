using Adit.Gateway.Status;

namespace Adit.Cli.Status;

/// <summary>What <c>adit status --output json</c> prints.</summary>
/// <param name="State">The state folder.</param>
/// <param name="Processes">One a process, by process id.</param>
/// <param name="Silent">A line for each that did not answer.</param>
internal sealed record StatusReport(string State, IReadOnlyList<ProcessStatus> Processes, IReadOnlyList<string> Silent);
