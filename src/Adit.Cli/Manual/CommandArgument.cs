namespace Adit.Cli.Manual;

/// <summary>A word on the command line that is no option.</summary>
/// <param name="Name">As it stands in the synopsis.</param>
/// <param name="Description">What it is; empty where the options' text says it.</param>
/// <param name="Value">What may stand there.</param>
/// <param name="Repeats">Whether more of the same may follow.</param>
internal sealed record CommandArgument(string Name, string Description, ValueForm Value, bool Repeats = false);
