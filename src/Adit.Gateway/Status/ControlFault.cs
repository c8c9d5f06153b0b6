namespace Adit.Gateway.Status;

/// <summary>The answer to what cannot be answered.</summary>
/// <param name="Error">What is wrong: <c>expected …, got …</c>.</param>
internal sealed record ControlFault(string Error);
